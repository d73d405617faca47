# SPDX-License-Identifier: Apache-2.0
"""21 tables by party, goods and route with times seen, share found and mean price before each row: what the scorer in Python
measures of a declaration."""
import csv
import math

CODES = ("importer.id", "declarant.id", "exporter.id", "courier.id", "office", "origin", "dispatch", "duty_rate",
         "preference")
KEYS = ([0], [1], [2], [3], [4], [5], [6], [9], [10], [11], [0, 10], [0, 5], [0, 9], [0, 2], [2, 9], [1, 0], [4, 9], [6, 5],
        [9, 5], [9, 6, 5], [9, 6, 5, 7, 8])  # of CODES and HS6, HS4, HS2 behind them
NUMBERS = ("customs_value", "net_mass_kg", "gross_mass_kg", "quantity", "package_count", "duty_rate", "duty_amount", "item")
WIDTH = len(NUMBERS) + 1 + 3 * len(KEYS)


def rows_of(path):
    reader = csv.reader(open(path, newline=""))
    at = {name: i for i, name in enumerate(next(reader))}
    ident, item, hs = at["declaration_id"], at["item"], at["hs"]
    codes, numbers = [at[name] for name in CODES], [at[name] for name in NUMBERS]
    for row in reader:
        code = row[hs]
        yield (row[ident], row[item], [row[i] for i in codes] + [code[:6], code[:4], code[:2]],
               [float(row[i] or "nan") for i in numbers])


def measure(tables, codes, numbers, out):
    """Fills `out` with the row's features and shows the row to the tables: cells of seen, controlled, found, priced, sum."""
    price = math.log(numbers[0] / numbers[1]) if numbers[0] > 0 and numbers[1] > 0 else math.nan
    values, cells = numbers + [price], []
    for key, table in zip(KEYS, tables):
        name = codes[key[0]] if len(key) == 1 else tuple([codes[k] for k in key])
        cell = table.get(name) or table.setdefault(name, [0, 0, 0, 0, 0.0])
        seen, controlled, found, priced, total = cell
        values += (seen, (found + 1) / (controlled + 20), price - total / priced if priced else math.nan)
        cells.append(cell)
        cell[0] += 1
        if price == price:
            cell[3] += 1
            cell[4] += price
    out[:] = values
    return cells
