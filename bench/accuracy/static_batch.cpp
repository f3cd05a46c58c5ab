// SPDX-License-Identifier: BSL-1.0
// Static batches: fastertransformer_a100.csv, GPT models of 350M to 175B on A100. Every sequence of
// a batch has the same lengths; the time is that of all its tokens.
#include <string>

#include "families.hpp"
#include "runs.hpp"
#include "table.hpp"

namespace accuracy {

whole_runs static_batch_runs(const std::string& folder) {
  whole_runs found{"static batch, FasterTransformer, A100"};
  table<13> rows(folder + "/fastertransformer_a100.csv",
                 {"engine", "model", "heads", "head_dim", "layers", "vocab", "tp", "pp", "batch",
                  "input_len", "output_len", "total_latency_ms", "oom"});
  while (rows.next()) {
    if (rows.word(12) == "1") {
      omit(found.omitted, "out of memory, no time");
      continue;
    }
    if (rows.word(0) != "FasterTransformer") {
      omit(found.omitted, "Megatron, which no policy describes");
      continue;
    }
    deployment d;
    d.gpu = shardline::catalog::a100_sxm;
    d.engine = &engine_named(rows.word(0));
    d.runtime = runtime_on(*d.engine, d.gpu);
    d.model =
        gpt_model(rows.word(1), rows.number(2), rows.number(3), rows.number(4), rows.number(5));
    d.layout = split_over(rows.number(6));
    d.workload.concurrency = rows.number(8);
    d.workload.input = shardline::tokens<>::from_value(rows.number(9));
    d.workload.output = shardline::tokens<>::from_value(rows.number(10));
    found.rows.push_back(
        {rows.word(1) + ", tp " + rows.word(6), d, figure::batch, rows.number(11) * 1e-3});
  }
  return found;
}

}  // namespace accuracy
