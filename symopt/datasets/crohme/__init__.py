"""Handwritten formulas of the CROHME competitions, in the files that WAP reads.

Pictures of formulas (a tar of BMP files, a folder of them, or WAP's pickle), captions (a line of
tokens for each), and a dictionary (a number for each token).
"""

from symopt.datasets.crohme.captions import read_captions as read_captions
from symopt.datasets.crohme.captions import read_dictionary as read_dictionary
from symopt.datasets.crohme.formulas import Formulas as Formulas
from symopt.datasets.crohme.formulas import LeftOut as LeftOut
from symopt.datasets.crohme.formulas import load_crohme as load_crohme
from symopt.datasets.crohme.pictures import read_pictures as read_pictures
