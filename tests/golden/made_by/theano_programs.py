"""
Runs the programs of tests/legacy/programs in real Theano 1.0.5, keeps the numbers they save.

    python2.7 tests/golden/made_by/theano_programs.py [NAME...]      # those written for Python 2
    python3.7 tests/golden/made_by/theano_programs.py [NAME...]      # the others

with Theano==1.0.5, numpy<1.17 and scipy<1.3 for Python 2.7, numpy<1.20 and scipy<1.5 for Python 3.7.
THEANO_FLAGS of the environment are kept (blas.ldflags, base_compiledir). cuDNN's batch normalisation
is replaced by Theano's own for the CPU, so that a program that needs a graphics card runs without.
"""
from __future__ import print_function

import json
import os
import shutil
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
PROGRAMS = os.path.join(HERE, '..', '..', 'legacy', 'programs')
GOLDEN = os.path.join(HERE, '..', 'theano_programs')

START = '''
import runpy, sys
import theano.gpuarray.dnn as dnn
from theano.tensor.nnet import bn

def train(inputs, gamma, beta, mode='per-activation', **keywords):
    return bn.batch_normalization_train(inputs, gamma, beta, axes=mode, **keywords)

def test(inputs, gamma, beta, mean, var, mode='per-activation', epsilon=1e-4):
    return bn.batch_normalization_test(inputs, gamma, beta, mean, var, axes=mode, epsilon=epsilon)

dnn.dnn_batch_normalization_train, dnn.dnn_batch_normalization_test = train, test
sys.argv = sys.argv[1:]
sys.path[0] = '.'
runpy.run_path(sys.argv[0], run_name='__main__')
'''


def record(program):
    out = tempfile.mkdtemp()
    folder = os.path.join(out, 'program')
    shutil.copytree(os.path.join(PROGRAMS, program['folder']), folder)
    flags = [os.environ.get('THEANO_FLAGS', ''), 'floatX=' + program.get('floatX', 'float32')]
    environment = dict(os.environ, THEANO_FLAGS=','.join(f for f in flags if f))
    command = [word.format(out=out) for word in program['command']]
    subprocess.check_call([sys.executable, '-c', START] + command, cwd=folder, env=environment)
    shutil.copy(os.path.join(out, 'numbers.npz'), os.path.join(GOLDEN, program['name'] + '.npz'))
    shutil.rmtree(out)


def main(names):
    if not os.path.isdir(GOLDEN):
        os.makedirs(GOLDEN)
    with open(os.path.join(PROGRAMS, 'programs.json')) as f:
        programs = json.load(f)
    for program in programs:
        if program['python'] == sys.version_info[0] and (not names or program['name'] in names):
            print(program['name'])
            record(program)


if __name__ == '__main__':
    main(sys.argv[1:])
