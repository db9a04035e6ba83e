import cPickle as pkl
import gzip


def fopen(filename, mode="r"):
    if filename.endswith(".gz"):
        return gzip.open(filename, mode)
    return open(filename, mode)


class TextIterator:
    """Pairs of sentences in minibatches of similar lengths."""

    def __init__(
        self,
        source,
        target,
        source_dict,
        target_dict,
        batch_size=4,
        maxlen=12,
        n_words_source=-1,
        n_words_target=-1,
        maxibatch_size=3,
    ):
        self.source = fopen(source, "r")
        self.target = fopen(target, "r")
        self.source_dict = pkl.load(open(source_dict, "r"))
        self.target_dict = pkl.load(open(target_dict, "rb"))
        self.batch_size = batch_size
        self.maxlen = maxlen
        self.n_words_source = n_words_source
        self.n_words_target = n_words_target
        self.source_buffer = []
        self.target_buffer = []
        self.k = batch_size * maxibatch_size
        self.end_of_data = False

    def __iter__(self):
        return self

    def reset(self):
        self.source.seek(0)
        self.target.seek(0)

    def next(self):
        if self.end_of_data:
            self.end_of_data = False
            self.reset()
            raise StopIteration

        assert len(self.source_buffer) == len(self.target_buffer), "Buffer size mismatch!"
        if len(self.source_buffer) == 0:
            for k_ in xrange(self.k):
                ss = self.source.readline()
                if ss == "":
                    break
                tt = self.target.readline()
                if tt == "":
                    break
                self.source_buffer.append(ss.strip().split())
                self.target_buffer.append(tt.strip().split())
            # sorted by target length
            tidx = sorted(
                range(len(self.target_buffer)),
                cmp=lambda a, b: cmp(len(self.target_buffer[a]), len(self.target_buffer[b])),
            )
            self.source_buffer = [self.source_buffer[i] for i in tidx]
            self.target_buffer = [self.target_buffer[i] for i in tidx]

        if len(self.source_buffer) == 0 or len(self.target_buffer) == 0:
            self.end_of_data = False
            self.reset()
            raise StopIteration

        source, target = [], []
        try:
            while True:
                try:
                    ss = self.source_buffer.pop()
                except IndexError:
                    break
                ss = [self.source_dict[w] if w in self.source_dict else 1 for w in ss]
                if self.n_words_source > 0:
                    ss = [w if w < self.n_words_source else 1 for w in ss]
                tt = self.target_buffer.pop()
                tt = [self.target_dict[w] if self.target_dict.has_key(w) else 1 for w in tt]
                if self.n_words_target > 0:
                    tt = [w if w < self.n_words_target else 1 for w in tt]
                if len(ss) > self.maxlen and len(tt) > self.maxlen:
                    continue
                source.append(ss)
                target.append(tt)
                if len(source) >= self.batch_size or len(target) >= self.batch_size:
                    break
        except IOError:
            self.end_of_data = True

        if len(source) <= 0 or len(target) <= 0:
            self.end_of_data = False
            self.reset()
            raise StopIteration
        return source, target
