// SPDX-License-Identifier: BSL-1.0
// Static batches of an offline engine: argonne.csv (LLM-Inference-Bench, Argonne National Laboratory,
// 2024), as long in as out, 16 bits, tensor-parallel. The time is that of the batch from end to end.
// Its source names no versions: vLLM and TensorRT-LLM of 2024.
//
// Set apart: batches that the memory does not hold at once, of which a part waits; and single
// sequences of 128 tokens on MI300X, whose first call compiles kernels (they take twice as long a
// token as those of 256).
// Not scored: models that the catalog does not have, in single rows and DeciLM-7B.
#include <string>

#include "families.hpp"
#include "runs.hpp"
#include "shardline/model/usual_routing.hpp"
#include "table.hpp"

namespace accuracy {

namespace {

using namespace shardline;

enum column : std::size_t {
  hardware,
  gpus,
  framework,
  model_name,
  length,
  batch,
  latency,
  columns
};
using row_table = table<columns>;

deployment deployment_of(const row_table& row) {
  deployment d;
  d.gpu = *gpu_named(row.word(hardware));
  const bool is_vllm = row.word(framework) == "vLLM";
  const char* vllm = d.gpu.vendor == vendor::amd ? "vllm 2024 rocm" : "vllm 2024";
  d.engine = &engine_named(is_vllm ? vllm : "TensorRT-LLM 0.5.0");
  d.runtime = runtime_on(*d.engine, d.gpu);
  d.model = *model_named(row.word(model_name));
  d.layout = split_over(row.number(gpus));
  d.workload.routing = usual_routing(d.model);
  d.workload.concurrency = row.number(batch);
  d.workload.input = tokens<>::from_value(row.number(length));
  d.workload.output = tokens<>::from_value(row.number(length));
  return d;
}

bool compiles(const row_table& row, const deployment& d) {
  return d.gpu.vendor == vendor::amd && row.number(batch) == 1.0 && row.number(length) == 128.0;
}

}  // namespace

whole_runs argonne_runs(const std::string& folder) {
  whole_runs found{"static batch, Argonne"};
  row_table rows(folder + "/argonne.csv", {"Hardware", "Num of Hardware", "Framework", "Model",
                                           "Input Output Length", "Batch Size", "Latency"});
  while (rows.next()) {
    if (model_named(rows.word(model_name)) == nullptr) {
      omit(found.omitted, "no such model in the catalog");
      continue;
    }
    const deployment d = deployment_of(rows);
    const std::string line = std::string(d.model.name.view()) + ", " + rows.word(framework) + ", " +
                             std::string(d.gpu.name.view());
    const bool apart = !fits(d) || compiles(rows, d);
    found.rows.push_back({line, d, figure::batch, rows.number(latency), apart});
  }
  return found;
}

}  // namespace accuracy
