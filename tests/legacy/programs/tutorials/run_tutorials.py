import argparse

import numpy


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("folder")
    parser.add_argument("names", nargs="+", choices=["logistic", "mlp", "lenet", "sda", "rbm"])
    args = parser.parse_args()
    numbers = {}
    for name in args.names:
        if name == "logistic":
            from logistic_sgd import sgd_optimization as run
        elif name == "mlp":
            from mlp import test_mlp as run
        elif name == "lenet":
            from convolutional_mlp import evaluate_lenet5 as run
        elif name == "sda":
            from SdA import test_SdA as run
        else:
            from rbm import test_rbm as run
        numbers.update(run(args.folder))
    numpy.savez(args.folder + "/numbers.npz", **numbers)


if __name__ == "__main__":
    main()
