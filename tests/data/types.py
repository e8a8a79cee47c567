"""Writes types.parquet, types.feather, types.arrow and types.arrows: one table of twelve runs in the types that
pandas and pyarrow write for numbers. Made once with pyarrow 26; not run by the tests.
"""

import datetime
import decimal

import numpy as np
import pyarrow as pa
import pyarrow.feather
import pyarrow.ipc
import pyarrow.parquet

LOSSES = "3.894 3.429 3.151 3.579 3.097 2.834 3.348 2.863 2.599 3.196 2.724 2.455".split()
SIZES = [(words, float(number)) for words, number in [("50M", 5e7), ("150M", 1.5e8), ("500M", 5e8), ("1.5B", 1.5e9)]]
RUNS = [(words, size, tokens) for words, size in SIZES for tokens in (10**9, 5 * 10**9, 25 * 10**9)]

table = pa.table(
    {
        "model": pa.array(
            [{"params": size, "arch": {"layers": 8 + k, "name": words}} for k, (words, size, _) in enumerate(RUNS)],
            pa.struct([("params", pa.float64()), ("arch", pa.struct([("layers", pa.uint8()), ("name", pa.string())]))]),
        ),
        "size": pa.array([words for words, _, _ in RUNS]).dictionary_encode(),
        "tokens": pa.array([decimal.Decimal(tokens) for _, _, tokens in RUNS], pa.decimal128(20, 1)),
        "loss": pa.array([decimal.Decimal(loss) for loss in LOSSES], pa.decimal128(10, 4)),
        "loss_half": pa.array(np.array(LOSSES, np.float16)),
        "step": pa.array([100 * k for k in range(12)], pa.int16()),
        "seed": pa.array([1, 2] * 6, pa.int8()),
        "heads": pa.array([4, 8, 16] * 4, pa.uint16()),
        "day": pa.array([datetime.date(2026, 1, 1)] * 12),
        "took": pa.array([datetime.timedelta(seconds=9)] * 12),
        "tags": pa.array([["a", "b"]] * 12),
        "done": pa.array([True] * 12),
    }
)
pyarrow.parquet.write_table(table, "types.parquet")
pyarrow.feather.write_feather(table, "types.feather", compression="zstd")
for name, open_at in [("types.arrow", pyarrow.ipc.new_file), ("types.arrows", pyarrow.ipc.new_stream)]:
    with open_at(name, table.schema) as writer:
        writer.write_table(table, max_chunksize=5)
