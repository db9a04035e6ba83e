"""Learning-rate schedules: the number that goes into ``f_update``.

A schedule is called with the number of the update, from 0 on, and gives its rate as a float::

    from symopt import schedules

    schedule = schedules.warmup(schedules.cosine(0.1, 9_000, minimum=1e-4), 1_000)
    for t in range(10_000):
        f_grad_shared(x, mask, y)
        f_update(schedule(t))

Steps are updates, not epochs: for a rate per epoch, call it with the number of the epoch. Nothing
is counted inside, so any step may be asked for, in any order, as often as one likes.

:func:`reduce_on_plateau` also looks at a metric, whenever it is given one::

    schedule = schedules.reduce_on_plateau(0.1, patience=3)
    for t in range(10_000):
        f_grad_shared(x, mask, y)
        f_update(schedule(t))
        if t % 500 == 499:
            schedule.observe(validation_cost())

The other schedules ignore ``observe``, so one loop serves them all. What a schedule has observed is
its state: ``schedule.state_dict()`` holds plain numbers, ready for JSON, and
``schedule.load_state_dict(state)`` continues from there. The step itself is the caller's to save.

Every rate is finite and not negative. Arguments out of range raise
:class:`symopt.errors.HyperparameterError`, which names the schedule and the argument. A schedule of
one's own is a subclass of :class:`Schedule`.
"""

from symopt.schedules.cosine_annealing import cosine as cosine
from symopt.schedules.decay import constant as constant
from symopt.schedules.decay import exponential as exponential
from symopt.schedules.decay import inverse as inverse
from symopt.schedules.decay import multistep as multistep
from symopt.schedules.decay import polynomial as polynomial
from symopt.schedules.decay import step as step
from symopt.schedules.gradual_warmup import warmup as warmup
from symopt.schedules.plateau import reduce_on_plateau as reduce_on_plateau
from symopt.schedules.schedule import Schedule as Schedule
