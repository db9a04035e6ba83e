"""SciPy's names of Theano's time: ``scipy.misc`` and ``scipy.weave``."""

from __future__ import annotations

import types
from typing import Any

from symopt.errors import UnavailableError
from symopt.legacy.python2.replaced.facade import Facade, over

_WEAVE = (
    "scipy.weave compiled C++ in Python 2 and is gone. Write the loop with NumPy, or compile it "
    "with Numba (@numba.njit)."
)


def scipy_module() -> types.ModuleType:
    """``scipy`` with its own ``misc`` and ``weave``."""
    return over("scipy", {"misc": misc_module(), "weave": weave_module()})


def misc_module() -> types.ModuleType:
    """``scipy.misc``: images by Pillow, functions that moved to ``scipy.special``."""
    return _Misc("scipy.misc", None, dict(_IMAGES.items()))


class _Misc(Facade):
    def __getattr__(self, name: str) -> Any:
        if name in ("__path__", "__file__", "__all__", "__spec__"):
            return super().__getattr__(name)
        import scipy.datasets
        import scipy.special

        for home, names in (
            (scipy.special, ("logsumexp", "comb", "factorial", "factorial2", "factorialk")),
            (scipy.datasets, ("face", "ascent", "electrocardiogram")),
        ):
            if name in names:
                return getattr(home, name)
        raise AttributeError(f"module 'scipy.misc' has no attribute {name!r}")


def _pillow() -> Any:
    try:
        from PIL import Image
    except ImportError as error:
        raise ImportError("scipy.misc's images need Pillow: pip install pillow") from error
    return Image


def imread(name: Any, flatten: bool = False, mode: str | None = None) -> Any:
    """Read an image as an array; ``flatten``: grey levels, as float32."""
    import numpy as np

    from symopt.legacy.python2.files import binary_stream

    image = _pillow().open(binary_stream(name))
    if mode is not None:
        image = image.convert(mode)
    elif image.mode == "P":
        image = image.convert("RGBA" if "transparency" in image.info else "RGB")
    if flatten:
        return np.array(image.convert("F"))
    return np.array(image.convert("L") if image.mode == "1" else image)


def bytescale(data: Any, cmin: Any = None, cmax: Any = None, high: int = 255, low: int = 0) -> Any:
    """Scale an array linearly to the whole numbers from ``low`` to ``high``, as uint8."""
    import numpy as np

    data = np.asarray(data)
    if data.dtype == np.uint8:
        return data
    cmin = data.min() if cmin is None else cmin
    cmax = data.max() if cmax is None else cmax
    scale = float(high - low) / ((cmax - cmin) or 1)
    scaled = (data - cmin) * scale + low
    return (scaled.clip(low, high) + 0.5).astype(np.uint8)


def toimage(data: Any, **scaling: Any) -> Any:
    """The array as a Pillow image; values are scaled to 0..255, unless they are uint8."""
    import numpy as np

    data = np.asarray(data)
    kind = {k: scaling[k] for k in ("cmin", "cmax", "high", "low") if k in scaling}
    if data.ndim == 3 and data.shape[0] in (3, 4) and data.shape[2] not in (3, 4):
        data = data.transpose(1, 2, 0)
    return _pillow().fromarray(bytescale(data, **kind))


def imsave(name: Any, data: Any, format: str | None = None) -> None:  # noqa: A002
    """Write an array as an image."""
    toimage(data).save(name, format)


def imresize(data: Any, size: Any, interp: str = "bilinear", mode: str | None = None) -> Any:
    """Resize: ``size`` in per cent (int), as a fraction (float), or (rows, columns)."""
    import numpy as np

    image = toimage(data) if mode is None else _pillow().fromarray(np.asarray(data), mode)
    if isinstance(size, int | np.integer):
        size = size / 100.0
    if isinstance(size, float | np.floating):
        shape = tuple((np.array(image.size) * size).astype(int))
    else:
        shape = (int(size[1]), int(size[0]))
    kinds = {"nearest": 0, "lanczos": 1, "bilinear": 2, "bicubic": 3, "cubic": 3}
    return np.array(image.resize(shape, resample=kinds[interp]))


def imrotate(data: Any, angle: float, interp: str = "bilinear") -> Any:
    """Rotate counter-clockwise by ``angle`` degrees."""
    import numpy as np

    kinds = {"nearest": 0, "bilinear": 2, "bicubic": 3, "cubic": 3}
    return np.array(toimage(data).rotate(angle, resample=kinds[interp]))


_IMAGES = {
    "imread": imread,
    "imsave": imsave,
    "imresize": imresize,
    "imrotate": imrotate,
    "toimage": toimage,
    "bytescale": bytescale,
    "fromimage": imread,
}


class _Weave(Facade):
    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            return super().__getattr__(name)

        def unavailable(*args: Any, **kwargs: Any) -> Any:
            raise UnavailableError(f"scipy.weave.{name}: {_WEAVE}")

        return unavailable


def weave_module() -> types.ModuleType:
    """``scipy.weave``: it can be imported, and says what to write instead when it is used."""
    return _Weave("scipy.weave", None, {})
