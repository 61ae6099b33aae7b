from __future__ import annotations

import numpy as np

from hemei.demo.drainage import first_marked, flood, layers_of, steepest

BOWL = np.array([[9.0, 9, 9, 9], [9, 2, 3, 9], [9, 3, 8, 0], [9, 9, 9, 9]])
GATE = np.array([11])  # the 0 on the eastern edge


def test_flooding_leaves_no_hollow_and_lowers_nothing() -> None:
    filled = flood(BOWL, GATE, np.full(BOWL.shape, 1e-3))
    flow = steepest(filled, GATE, 1.0)
    assert (filled >= BOWL).all()
    assert np.flatnonzero(flow.below == np.arange(16)).tolist() == [11]


def test_each_cell_stands_one_layer_above_the_cell_it_drains_to() -> None:
    below = np.array([0, 0, 1, 1, 3])
    assert [layer.tolist() for layer in layers_of(below)] == [[0], [1], [2, 3], [4]]


def test_gathering_counts_every_cell_once_at_the_outlet() -> None:
    flow = steepest(flood(BOWL, GATE, np.full(BOWL.shape, 1e-3)), GATE, 1.0)
    assert flow.gather(np.ones(16))[11] == 16


def test_the_first_marked_cell_downstream() -> None:
    below = np.array([0, 0, 1, 2, 3])
    assert first_marked(below, np.array([2])).tolist() == [0, 0, 2, 2, 2]
