"""The update graph: two phases with named state, and the passes over it.

``build`` writes it from a rule, ``validate`` and ``cast`` guard what goes in, ``merge`` makes
one step of the phases, ``explain`` prints it. No pass knows a rule.
"""

from symopt.graph.build import Group as Group
from symopt.graph.build import build_grouped_graph as build_grouped_graph
from symopt.graph.build import build_update_graph as build_update_graph
from symopt.graph.merge import merge_phases as merge_phases
from symopt.graph.update_graph import Phase as Phase
from symopt.graph.update_graph import Update as Update
from symopt.graph.update_graph import UpdateGraph as UpdateGraph
