"""Where symopt's ``theano`` answers otherwise than Theano 1.0.5 and is meant to, with the reason.

(topic, program) -> reason -> the paths of the answers. The tests fail when an answer that is not
here differs, and when one that is here no longer does. ``*`` in a path stands for anything. A path
counts for both values of floatX, unless it starts with one of them and a colon.
"""

from __future__ import annotations

ACCEPTS_MORE = "accepts what Theano refuses; what ran in Theano runs alike"
ANOTHER_CLASS = "refuses it too, with another class: the mistake is found at the same place"
KNOWS_MORE = "PyTensor knows a length that Theano did not look for"
TEXT = "the text is PyTensor's, whose types and operations have other names"
PRINTED = "the text is PyTensor's: constants and operations print under its names"

DISAGREEMENTS: dict[tuple[str, str], dict[str, list[str]]] = {
    ("conditions_and_printing", "ifelse_types"): {
        ACCEPTS_MORE: ["row and matrix"],
        ANOTHER_CLASS: ["bool"],
    },
    ("conditions_and_printing", "pretty_printing"): {
        PRINTED: [
            "product",
            "dot",
            "power",
            "functions",
            "division",
            "theano.pp",
            "pprint",
            "comparison",
            "index",
        ],
    },
    ("configuration", "keys_and_defaults"): {
        "Theano has this key only where nvcc is; symopt always: scripts set it": ["nvcc.flags"],
    },
    ("configuration", "module_attributes"): {
        "theano.misc is there before it is imported": ["modules/12"],
    },
    ("convolution", "types"): {
        KNOWS_MORE: ["conv shapes", "pool row"],
    },
    ("custom_operations", "gradients_that_are_missing"): {
        ANOTHER_CLASS: ["no grad"],
    },
    ("custom_operations", "as_op_decorator"): {
        ANOTHER_CLASS: ["gradient"],
    },
    ("custom_operations", "view_operations"): {
        KNOWS_MORE: ["shape/type"],
    },
    ("elementwise", "functions_of_positive_numbers"): {
        "a slip of Theano's: the derivative of a float32 log10 is float64 there": [
            "float32:log10 gradient/type",
            "float32:log10 gradient/value",
        ],
    },
    ("elementwise", "kinks"): {
        "PyTensor makes x / sqrt(x ** 2) the sign of x, 0 at 0; nan in Theano": [
            "sqrt of square gradient/value"
        ],
    },
    ("elementwise", "elementwise_operators_take_names"): {
        ACCEPTS_MORE: ["name", "inplace", "inplace add"],
    },
    ("functions", "casting_of_inputs"): {
        "a np.float64 number is taken as a float32 scalar, as a Python float is": [
            "float32:float32 np64"
        ],
        "an AttributeError of Theano's own code; the TypeError says what is wrong": ["none"],
    },
    ("functions", "inputs_of_floatx"): {
        "a np.float64 number is taken as a float32 scalar, as a Python float is": [
            "float32:np.float64"
        ],
    },
    ("functions", "copies_of_functions"): {
        "a slip of Theano's: a copy(delete_updates=True) still runs the updates": ["state after"],
    },
    ("functions", "evaluation_of_expressions"): {
        ACCEPTS_MORE: ["by text"],
    },
    ("gradients", "forms_of_wrt"): {
        ACCEPTS_MORE: ["values of a dictionary"],
    },
    ("graphs", "apply_nodes"): {
        "PyTensor has an operation for argmax alone, Theano one for it and max": ["argmax"],
    },
    ("graphs", "constant_values"): {
        ACCEPTS_MORE: ["shape of alloc"],
    },
    ("graphs", "local_optimizers"): {
        PRINTED: ["ops/0", "ops/1", "ops/2", "ops/3"],
    },
    ("indexing", "basic_indices"): {
        ACCEPTS_MORE: ["newaxis", "newaxis/type", "newaxis/value"],
    },
    ("indexing", "index_zero_dimensions_and_strings"): {
        ACCEPTS_MORE: ["none"],
        ANOTHER_CLASS: ["assign", "beyond vector"],
    },
    ("indexing", "index_types"): {
        "PyTensor takes no boolean scalar as an index, and says so": ["bool scalar"],
    },
    ("linear_algebra", "of_square_matrices"): {
        "PyTensor's least squares promise float64; the numbers that come are alike": [
            "float32:lstsq/type"
        ],
    },
    ("linear_algebra", "types"): {
        ANOTHER_CLASS: ["inverse of vector", "det of vector"],
        "Theano promises integers that its own operation cannot give": ["cholesky of int"],
    },
    ("neural_network", "softmax_of_a_vector"): {
        ANOTHER_CLASS: ["scalar"],
    },
    ("neural_network", "wrong_arguments_of_losses"): {
        ANOTHER_CLASS: ["softmax 1hot float"],
    },
    ("promotion", "tensor_and_constant_custom"): {
        ANOTHER_CLASS: ["* True"],
    },
    ("promotion", "tensor_and_constant_numpy_floatx"): {
        ANOTHER_CLASS: ["* True"],
    },
    ("promotion", "constant_first"): {
        ANOTHER_CLASS: ["* True"],
    },
    ("promotion", "unary_operations"): {
        ACCEPTS_MORE: ["identity/*"],
    },
    ("random_streams", "mrg_uniform_forms"): {
        ACCEPTS_MORE: ["list"],
    },
    ("random_streams", "mrg_other_distributions"): {
        "the last digits of the inverse error function of another SciPy": [
            "float32:truncated_normal/1"
        ],
    },
    ("random_streams", "mrg_streams_and_seeds"): {
        "a seed below 0 makes a state outside of the generator's range: refused": ["negative"],
        ACCEPTS_MORE: ["use_cuda"],
    },
    ("random_streams", "mrg_types"): {
        ANOTHER_CLASS: ["float size"],
        ACCEPTS_MORE: ["int size"],
    },
    ("reductions", "wrong_axes"): {
        "Theano lets a wrong axis pass, and fails or is silent later": [
            "axis text",
            "repeated axis",
        ],
    },
    ("scans", "states_that_scan_refuses"): {
        ACCEPTS_MORE: ["strict with one variable"],
    },
    ("scans", "steps_of_length_one"): {
        "an OrderedUpdates, as in all other cases, is an OrderedDict": [
            "n_steps 1 updates",
            "n_steps constant updates",
        ],
        "Theano's Scan cannot run without a step; symopt's gives an empty result": [
            "no rows",
            "map of no rows",
        ],
    },
    ("shaping", "split_forms"): {
        KNOWS_MORE: ["first 0/type", "second 1/type"],
    },
    ("shaping", "wrong_shapes"): {
        ACCEPTS_MORE: ["dimshuffle drop"],
        ANOTHER_CLASS: ["addbroadcast at run time", "unbroadcast beyond", "addbroadcast beyond"],
    },
    ("shaping", "unknown_lengths_that_are_one"): {
        ANOTHER_CLASS: ["not one"],
    },
    ("shared_variables", "attributes"): {
        "PyTensor's class of shared scalars is, or derives from, that of all tensors": [
            "scalar class name"
        ],
    },
    ("shared_variables", "setting_values"): {
        "a np.float64 number is taken as a float32 scalar, as a Python float is": [
            "float32:float32 np.float64"
        ],
    },
    ("sorting_and_counting", "cumulative"): {
        ANOTHER_CLASS: ["compress method"],
    },
    ("sparse_matrices", "types"): {
        ANOTHER_CLASS: ["bad format"],
    },
    ("sparse_matrices", "errors"): {
        ACCEPTS_MORE: ["dense_from_sparse of dense", "tensor of sparse"],
        ANOTHER_CLASS: ["float32:wrong input"],
    },
    ("type_constructors", "type_text"): {
        TEXT: [
            "vector",
            "matrix",
            "row",
            "col",
            "three",
            "tensor3",
            "unnamed",
            "applied",
            "constant",
        ],
    },
    ("type_constructors", "constants"): {
        ACCEPTS_MORE: ["ndim"],
    },
    ("type_constructors", "broadcast_patterns_of_results"): {
        KNOWS_MORE: ["arange", "eye"],
    },
    ("type_constructors", "variable_attributes"): {
        "PyTensor's class of shared scalars is, or derives from, that of all tensors": [
            "shared tensor 2"
        ],
    },
}

# Under PyTensor 3.3 these too.
DISAGREEMENTS_OF_PYTENSOR_3_3: dict[tuple[str, str], dict[str, list[str]]] = {
    ("promotion", "unary_operations"): {
        ACCEPTS_MORE: ["sgn/complex64"],
    },
    ("reductions", "variance_forms"): {
        "with ddof, float32 stays float32; Theano divides by an int64": [
            "float32:var method/type",
            "float32:var method/value",
        ],
    },
    ("shaping", "joins"): {
        "PyTensor 3.3 joins along an axis that is a constant only": [
            "symbolic axis",
            "symbolic axis/type",
            "symbolic axis/value",
        ],
    },
    ("sorting_and_counting", "types"): {
        ACCEPTS_MORE: ["bincount bool"],
        "NumPy has no axis to sort a scalar along; Theano gives it back": ["sort scalar"],
    },
}
