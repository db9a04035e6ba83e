"""WAP: watch, attend and parse. Handwritten formulas read by a neural network, on symopt.

A convolutional watcher turns the picture of a formula into a grid of annotations. A parser, a pair
of GRUs with attention and coverage, writes the formula's LaTeX tokens one after the other, looking
at one part of the grid for each. Written anew after JianshuZhang/WAP, in its idiom: dicts of
parameters, prefixes, masks, an optimizer of two phases. Names and shapes of parameters are its own.

| file | what it holds |
|---|---|
| ``options.py`` | the configurations: the original's two, and a small one |
| ``data.py`` | formulas into minibatches |
| ``distort.py``, ``pieces.py`` | from few formulas many: distorted, joined, cut |
| ``initial.py`` | the initial parameters |
| ``layers.py`` | dropout, affine layers, batch normalisation |
| ``watcher.py`` | DenseNet and VGG |
| ``parser.py`` | the conditional GRU with attention and coverage |
| ``model.py`` | the cost, and the functions that decode |
| ``search.py`` | beam search, also over several models |
| ``score.py`` | WER and ExpRate |
| ``saved.py`` | models on disk, the original's too |
| ``train.py`` | training |
| ``strips.py`` | pictures of where the parser looked |

- J. Zhang, J. Du, S. Zhang et al., Watch, attend and parse: an end-to-end neural network based
  approach to handwritten mathematical expression recognition, Pattern Recognition 71, 2017
- J. Zhang, J. Du, L. Dai, Multi-scale attention with dense encoder for handwritten mathematical
  expression recognition, ICPR 2018, https://arxiv.org/abs/1801.03530
"""
