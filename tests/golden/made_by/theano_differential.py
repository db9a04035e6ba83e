"""Run the programs of tests/legacy/differential with real Theano 1.0.5 and keep their answers.

Needs Python 3.7 with "numpy<1.20", "scipy<1.5" and Theano==1.0.5. From the repository:

    python3.7 tests/golden/made_by/theano_differential.py [TOPIC...]

It runs each topic in processes of its own, one for each value of floatX, since Theano's settings
are made at its import, and writes tests/golden/theano/TOPIC.json.
"""
from __future__ import print_function
import importlib, json, os, subprocess, sys, tempfile, traceback, warnings
from collections import OrderedDict

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(os.path.dirname(HERE)))
PROGRAMS = os.path.join(ROOT, 'tests', 'legacy', 'differential', 'programs')
OUT = os.path.join(ROOT, 'tests', 'golden', 'theano')
# Theano's convolutions have no Python form; all else runs without a compiler
LINKERS = {'convolution': 'cvm', 'batch_normalization': 'cvm',
           'conditions_and_printing': 'vm,cxx='}  # vm: the one that evaluates lazily
# where rewriting changes numbers that a program is about, and where it is quick
REWRITTEN = ('batch_normalization', 'convolution', 'elementwise', 'functions', 'gradients',
             'indexing', 'neural_network', 'promotion', 'random_streams', 'reductions', 'scans',
             'shaping', 'shared_variables', 'type_constructors')


def answer(topic, floatx):
    """In a process of its own: name -> leaves of the topic's programs."""
    sys.path.insert(0, ROOT)
    warnings.simplefilter('ignore')
    from tests.legacy.differential import answers
    import theano
    assert theano.__version__ == '1.0.5' and theano.config.floatX == floatx
    module = importlib.import_module('tests.legacy.differential.programs.' + topic)
    told = OrderedDict()
    failed = False
    for name, program in answers.programs_of(module).items():
        if floatx in getattr(program, 'floatx', answers.BOTH):
            try:
                told[name] = answers.leaves(program())
            except Exception:
                failed = True
                print('FAILED %s.%s under %s' % (topic, name, floatx), file=sys.stderr)
                traceback.print_exc()
    return told, failed


def record(topic):
    told = OrderedDict()
    for floatx in ('float32', 'float64'):
        flags = os.environ.get('THEANO_FLAGS', '')
        flags = ','.join(f for f in [flags, 'floatX=' + floatx, 'device=cpu',
                                     'optimizer=' + ('fast_run' if topic in REWRITTEN else
                                                     'fast_compile'),
                                     'linker=' + LINKERS.get(topic, 'py')] if f)
        with tempfile.NamedTemporaryFile('r', suffix='.json') as file:
            subprocess.check_call([sys.executable, os.path.abspath(__file__), '--answer', topic,
                                   floatx, file.name], env=dict(os.environ, THEANO_FLAGS=flags))
            for name, leaves in json.load(file, object_pairs_hook=OrderedDict).items():
                told.setdefault(name, OrderedDict())[floatx] = leaves
    for name, by_floatx in told.items():
        if len(by_floatx) == 2 and json.dumps(by_floatx['float32']) == json.dumps(by_floatx['float64']):
            told[name] = OrderedDict(both=by_floatx['float32'])
    with open(os.path.join(OUT, topic + '.json'), 'w') as file:
        file.write(text_of(told))
    print('%-24s %3d programs, %d answers' % (
        topic, len(told), sum(len(leaves) for p in told.values() for leaves in p.values())))


def text_of(told):
    """JSON with one answer on a line, so that a change of one is a change of one line."""
    lines = []
    for name, by_floatx in told.items():
        parts = []
        for floatx, leaves in by_floatx.items():
            rows = ['%s: %s' % (json.dumps(path), json.dumps(leaf, separators=(',', ':')))
                    for path, leaf in leaves.items()]
            parts.append('%s: {\n%s}' % (json.dumps(floatx), ',\n'.join(rows)))
        lines.append('%s: {%s}' % (json.dumps(name), ',\n'.join(parts)))
    return '{' + ',\n'.join(lines) + '}\n'


if __name__ == '__main__':
    if sys.argv[1:2] == ['--answer']:
        told, failed = answer(sys.argv[2], sys.argv[3])
        with open(sys.argv[4], 'w') as file:
            json.dump(told, file)
        sys.exit(1 if failed else 0)
    topics = sys.argv[1:] or sorted(
        name[:-3] for name in os.listdir(PROGRAMS) if name.endswith('.py'))
    for topic in topics:
        record(topic)
