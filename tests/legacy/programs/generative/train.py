import sys

import numpy as np

if __name__ == "__main__":
    folder, what = sys.argv[1:]
    if what == "vae":
        from vae import train_vae as train
    else:
        from gan import train_gan as train
    numbers = train()
    print(what, numbers[what][0], numbers[what][-1])
    np.savez(folder + "/numbers.npz", **numbers)
