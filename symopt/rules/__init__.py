"""Update rules as pure symbolic maths: a rule declares its state and writes formulas."""

from symopt.rules.adadelta import AdaDelta as AdaDelta
from symopt.rules.adam import Adam as Adam
from symopt.rules.momentum import Momentum as Momentum
from symopt.rules.rmsprop import RMSProp as RMSProp
from symopt.rules.rule import Observed as Observed
from symopt.rules.rule import PerParameterRule as PerParameterRule
from symopt.rules.rule import Rule as Rule
from symopt.rules.rule import UpdateRule as UpdateRule
from symopt.rules.sgd import SGD as SGD
