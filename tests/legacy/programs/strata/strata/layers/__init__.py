from .base import *
from .helper import *
from .dense import *
from .conv import *
from .noise import *
from .normalization import *
