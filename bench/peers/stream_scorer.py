#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""stream_scorer FILE STATE OUT ROWS [explain] [check]

Declarations scored as they come, as a good analyst writes it in Python: the tables of stream_tables.py; XGBoost a row a
call; contributions by the thousand rows, as they are cheapest. Writes a line per row to OUT and prints the CPU seconds
without Python's start and the loading of STATE, which stream_teacher.py has made. With `check` each risk is held against
xgboost's own inplace_predict."""
import ctypes
import gc
import json
import math
import pickle
import sys
import time

import numpy as np
import xgboost as xgb
from stream_tables import WIDTH, measure, rows_of
from xgboost.core import _LIB as LIB
from xgboost.data import _array_interface as array_interface


def predictor(booster, row):
    """inplace_predict of `row` without what it does anew in each call: 27 us a row instead of 130."""
    config = {"type": 0, "training": False, "iteration_begin": 0, "iteration_end": 0, "missing": math.nan,
              "strict_shape": False, "cache_id": 0}
    proxy, shape, dims, risk = ctypes.c_void_p(), ctypes.c_void_p(), ctypes.c_ulong(), ctypes.POINTER(ctypes.c_float)()
    LIB.XGProxyDMatrixCreate(ctypes.byref(proxy))
    args = (booster.handle, array_interface(row), json.dumps(config).encode(), proxy, ctypes.byref(shape),
            ctypes.byref(dims), ctypes.byref(risk))
    return lambda: risk[0] if LIB.XGBoosterPredictFromDense(*args) == 0 else sys.exit("cannot predict")


def score(path, state, out, rows, explain=False, check=False):
    tables, booster = pickle.load(open(state, "rb"))
    booster.set_param({"nthread": 1})
    block, row, sink = np.empty((1000, WIDTH), np.float32), np.empty((1, WIDTH), np.float32), open(out, "w")
    predict = predictor(booster, row)
    gc.freeze()  # the tables stay; looking through them again and again costs 5 %
    start = time.process_time()
    for (ident, item, codes, numbers), i in zip(rows_of(path), range(rows)):
        measure(tables, codes, numbers, row[0])
        sink.write(f"{ident},{item} {predict():.6f}\n")
        if check and predict() != booster.inplace_predict(row)[0]:
            sys.exit("other than inplace_predict")
        if explain:
            block[i % 1000] = row
            if i % 1000 == 999:
                booster.predict(xgb.DMatrix(block, nthread=1), pred_contribs=True)
    print(f"{time.process_time() - start:.6f}")


if __name__ == "__main__":
    score(*sys.argv[1:4], int(sys.argv[4]), **{word: True for word in sys.argv[5:]})
