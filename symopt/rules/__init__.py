"""Update rules as pure symbolic maths: a rule declares its state and writes formulas."""

from symopt.rules.adadelta import AdaDelta as AdaDelta
from symopt.rules.adagrad import AdaGrad as AdaGrad
from symopt.rules.adam import Adam as Adam
from symopt.rules.adam import AdaMax as AdaMax
from symopt.rules.adam import AdamW as AdamW
from symopt.rules.adam import NAdam as NAdam
from symopt.rules.adam import RAdam as RAdam
from symopt.rules.curvature import VSGD as VSGD
from symopt.rules.curvature import BeckerLeCun as BeckerLeCun
from symopt.rules.curvature import Newton as Newton
from symopt.rules.momentum import Momentum as Momentum
from symopt.rules.momentum import Nesterov as Nesterov
from symopt.rules.rmsprop import RMSProp as RMSProp
from symopt.rules.rprop import Rprop as Rprop
from symopt.rules.rule import Observed as Observed
from symopt.rules.rule import PerParameterRule as PerParameterRule
from symopt.rules.rule import Rule as Rule
from symopt.rules.rule import UpdateRule as UpdateRule
from symopt.rules.sgd import SGD as SGD
