#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""stream_teacher PAST TRUTH STATE TREES DEPTH -- what stream_scorer.py is to know: the tables behind the rows of PAST, and
trees learned from each row's features as they were before it, and from whether it is non-compliant in TRUTH."""
import csv
import pickle
import sys

import numpy as np
import xgboost as xgb
from stream_tables import KEYS, WIDTH, measure, rows_of


def teach(past, truth, state, trees, depth):
    found = {(row["declaration_id"], row["item"]): row["noncompliant"] == "1" for row in csv.DictReader(open(truth))}
    tables, x, y = [{} for _ in KEYS], [], []
    for ident, item, codes, numbers in rows_of(past):
        x.append(np.empty(WIDTH, np.float32))
        y.append(found[ident, item])
        for cell in measure(tables, codes, numbers, x[-1]):
            cell[1] += 1
            cell[2] += y[-1]
    how = {"objective": "binary:logistic", "max_depth": int(depth), "eta": 0.05, "tree_method": "hist", "nthread": 1}
    booster = xgb.train(how, xgb.DMatrix(np.array(x), np.array(y)), int(trees))
    pickle.dump((tables, booster), open(state, "wb"))


teach(*sys.argv[1:])
