# The configuration of the language model: values that are texts are evaluated.
state = prototype()
state["n_sym"] = 14
state["dim"] = 6
state["nhids"] = "[7, 5]"
state["rec_layer"] = "GatedLayer"
state["activ"] = ["lambda x: tensor.tanh(x)", "soft_clip"]
state["weight_init_fn"] = "lambda rng, shape: 0.2 * rng.randn(*shape)"
state["bs"] = 5
state["seqlen"] = 9
