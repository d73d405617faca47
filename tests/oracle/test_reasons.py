# SPDX-License-Identifier: Apache-2.0
"""test_reasons.py PROGRAM -- reasons.py over 2,000 decisions of a small country in which everything is inspected.

The model is made here from docs/formats/model.md alone, and made so that every feature gets to speak: a few stumps on each, at
quantiles of what was seen, with leaves drawn from a seed. How good it is does not matter; what is said about it does.
"""
import csv
import hashlib
import json
import pathlib
import random
import re
import shutil
import struct
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
FEATURE_DEF = HERE.parents[1] / "src/stages/feature/feature.def"
BEFORE, DECIDED, STUMPS = 700, 2000, 3


def call(program, *args):
    done = subprocess.run([program, *map(str, args)], capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL)
    if done.returncode != 0:
        raise RuntimeError(f"{program} {args[0]}: exit {done.returncode}: {(done.stdout + done.stderr)[-2000:]}")
    return done.stdout


def inspect_everything(country):
    """Findings as they would be, had every item been inspected: misses and delays are those of the truth file."""
    lodged = {}
    with open(country / "declarations.csv", encoding="utf-8", newline="") as f:
        for row in csv.DictReader(f):
            lodged[row["declaration_id"]] = row["lodged_at"]
    from past import date_of, day_of  # pylint: disable=import-outside-toplevel
    rows = []
    with open(country / "truth.csv", encoding="utf-8", newline="") as f:
        for row in csv.DictReader(f):
            known = date_of(day_of(lodged[row["declaration_id"]]) + int(row["delay_days"]))
            rows.append((row["declaration_id"], row["item"], row["result_code"], "0.00", "0.00", known, "random", "1.000000"))
    with open(country / "all.csv", "w", encoding="utf-8", newline="") as f:
        w = csv.writer(f, lineterminator="\n")
        w.writerow(("declaration_id", "item", "result_code", "delta_value", "delta_duty", "date_known", "basis", "propensity"))
        w.writerows(rows)


def split(country):
    """The first BEFORE declarations, and the DECIDED after them."""
    with open(country / "declarations.csv", encoding="utf-8") as f:
        head, *lines = f.readlines()
    parts, n, last = ([head], [head]), 0, None
    for line in lines:
        n, last = n + (line[:14] != last), line[:14]
        if n > BEFORE + DECIDED:
            break
        parts[n > BEFORE].append(line)
    for name, part in zip(("before.csv", "decided.csv"), parts):
        (country / name).write_text("".join(part), encoding="utf-8")
    (country / "seen.csv").write_text("".join(parts[0] + parts[1][1:]), encoding="utf-8")


def stump(rng, feature, seen):
    """One question that few answer the other way, and who does is moved far: so that now this, now that feature speaks."""
    known = sorted(v for v in seen if v is not None)
    rare_left = rng.randrange(2)
    at = known[int(len(known) * abs(rng.uniform(0.02, 0.2) - (1 - rare_left)))] if known else 0.5
    left = sum(v < at for v in known) + 1.0
    far, little = rng.choice((-1, 1)) * rng.uniform(0.3, 1.2), rng.uniform(-0.05, 0.05)
    return {"feature": [feature, -1, -1], "threshold": [at, 0, 0], "left": [1, 0, 0], "right": [2, 0, 0],
            "default_left": [rng.randrange(2), 0, 0], "value": [0, far if rare_left else little, little if rare_left else far],
            "cover": [len(known) + 2, left, len(known) - left + 2]}


def make_model(folder, decisions, seed):
    form = dict(re.findall(r'^X\(\w+, "(\w+)", \w+, (\w+),', FEATURE_DEF.read_text(encoding="utf-8"), re.M))
    items = [i["features"] for line in open(decisions, encoding="utf-8") for i in json.loads(line)["items"]]
    names, rng = list(items[0]), random.Random(seed)
    trees = [stump(rng, f, [i[name]["value"] for i in items]) for f, name in enumerate(names) for _ in range(STUMPS)]
    body = json.dumps({
        "format": "tidewaiter-model", "version": 1, "features": [{"name": n, "unit": form[n].lower()} for n in names],
        "feature_table_sha256": hashlib.sha256("".join(n + "\n" for n in names).encode()).hexdigest(),
        "training": {"from": "2025-01-01", "to": "2025-01-02", "rows": len(items), "findings": 1, "seed": str(seed), "settings": []},
        "calibration": {"x": [], "y": []}, "depth_max": 1, "base_margin": -3, "duty_link": "identity", "duty_base": 0,
        "duty_max": 0, "trees": trees, "duty_trees": []})[:-1]
    hashed = hashlib.sha256(body.encode()).hexdigest()
    (folder / "model.json").write_text(f'{body}\n,"sha256":"{hashed}"}}\n', encoding="utf-8")


def prepare(program, folder, seed):
    """Everything reasons.py wants; the paths of decisions, declarations and findings."""
    country, model = folder / "country", folder / "model"
    country.mkdir()
    model.mkdir()
    call(program, "synth", "--quiet", "--world", "harbor", "--seed", seed, "--declarations", BEFORE + DECIDED + 100, "--out", country)
    inspect_everything(country)
    split(country)
    before, decided = folder / "before.jsonl", folder / "decided.jsonl"
    how = ("assess", "--quiet", "--json", "--full", "--findings", country / "all.csv", "--manifests", country / "manifests.edi")
    call(program, *how, "--state", folder / "state", "--out", before, country / "before.csv")
    shutil.copy(next((folder / "state").glob("profile-*.state")), model / "profile.state")
    window = b"TWCHAN4\n" + struct.pack("<4Q2dQ", 0, 0, 0, 0, 0, .5, 0)  # no score yet (docs/formats/channels.md)
    (model / "channels.state").write_bytes(window + hashlib.sha256(window).digest())
    for card in ("card.json", "card.md"):
        (model / card).write_text("{}\n", encoding="utf-8")
    make_model(model, before, seed)
    call(program, *how, "--model", model, "--out", decided, country / "decided.csv")
    return decided, country / "seen.csv", country / "all.csv", "--manifests", country / "manifests.edi", model


COLUMN = {"customs_value": "customs_value", "net_mass_kg": "net_mass_kg", "packages": "package_count", "quantity": "quantity"}
FOLLOWS = {"customs_value": "duty_amount", "net_mass_kg": "gross_mass_kg"}  # in proportion


def decided_anew(program, folder, model, rows, d, to):
    """The decision on d, had the field of its counterfactual been declared as `to`; all before it is as it was."""
    v, until = d["counterfactual_values"], max(n for n, r in enumerate(rows) if r["declaration_id"] == d["id"])
    changed = []
    for row in rows[:until + 1]:
        if row["declaration_id"] == d["id"] and row["item"] == v["item"]:
            row, share = dict(row), float(to) / float(row[COLUMN[v["field"]]])
            follows = FOLLOWS.get(v["field"])
            if follows and row[follows]:
                row[follows] = f"{float(row[follows]) * share:.{2 if follows == 'duty_amount' else 3}f}"
            row[COLUMN[v["field"]]] = to
        changed.append(row)
    with open(folder / "changed.csv", "w", encoding="utf-8", newline="") as f:
        w = csv.DictWriter(f, rows[0].keys(), lineterminator="\n")
        w.writeheader()
        w.writerows(changed)
    call(program, "assess", "--quiet", "--json", "--findings", folder / "country" / "all.csv", "--manifests",
         folder / "country" / "manifests.edi", "--model", model, "--out", folder / "changed.jsonl", folder / "changed.csv")
    with open(folder / "changed.jsonl", encoding="utf-8") as f:
        return next(a for a in map(json.loads, f) if a["id"] == d["id"])


def rescored(program, folder, decisions, model):
    """Counterfactuals taken at their word, one of each field: the field is changed in the file and everything decided anew;
    then the same with the value before it, which must not do."""
    import reasons  # pylint: disable=import-outside-toplevel
    tried = {}
    for d in reasons.numbers_of(decisions):
        field = d.get("counterfactual_values", {}).get("field")
        if field in COLUMN and (field not in tried or len(d["items"]) > len(tried[field]["items"])):
            tried[field] = d  # the more items, the more may go wrong
    with open(folder / "country" / "decided.csv", encoding="utf-8", newline="") as f:
        rows = list(csv.DictReader(f))
    for field, d in tried.items():
        v = d["counterfactual_values"]
        row = next(r for r in rows if r["declaration_id"] == d["id"] and r["item"] == v["item"])
        step, unit = reasons.grid(field, row)
        to = float(v["to"])
        before = to - step if to > float(row[COLUMN[field]]) else to + step
        again = decided_anew(program, folder, model, rows, d, v["to"])
        if not again["score"] < d["green_below"] <= d["score"] or again["score_channel"] != "green":
            return f"{d['id']}: {d['counterfactual']}; it scored {again['score']}, green lies below {d['green_below']}"
        if (before > float(row[COLUMN[field]])) == (to > float(row[COLUMN[field]])):
            again = decided_anew(program, folder, model, rows, d, f"{before:.{unit}f}")
            if again["score"] < d["green_below"]:
                return f"{d['id']}: {d['counterfactual']}; {before} would have done"
    return "" if len(tried) >= 3 else f"counterfactuals of {list(tried)} alone"


def main():
    program, ok = str(pathlib.Path(sys.argv[1]).resolve()), 0
    sys.path.insert(0, str(HERE))
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        *files, model = prepare(program, folder, 7)
        done = subprocess.run([sys.executable, HERE / "reasons.py", *files], capture_output=True, text=True, check=False)
        said = (done.stdout + done.stderr).rstrip()
        spoke = re.search(r"(\d+) decisions, \d+ sentences of (\d+) features", said)
        wide = spoke is not None and int(spoke[1]) == DECIDED and int(spoke[2]) >= 60
        wrong = rescored(program, folder, files[0], model)
        for n, (fine, name, why) in enumerate((
                (done.returncode == 0, "every_number_of_every_reason_is_recomputed", said),
                (wide, "most_features_had_a_sentence", said), (not wrong, "counterfactuals_hold_when_declared", wrong)), 1):
            ok += fine
            print(f"{'ok' if fine else 'not ok'} {n} - {name}")
            print("# " + (why if why else "").replace("\n", "\n# "))
    print("1..3")
    return 0 if ok == 3 else 1


if __name__ == "__main__":
    sys.exit(main())
