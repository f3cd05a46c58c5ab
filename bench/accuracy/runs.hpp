// SPDX-License-Identifier: BSL-1.0
/// Whole runs: what was deployed, and its times under each policy.
#pragma once

#include <string>
#include <vector>

#include "score.hpp"
#include "shardline/catalog/accelerators.hpp"
#include "shardline/catalog/efficiencies.hpp"
#include "shardline/describe/layout.hpp"
#include "shardline/describe/workload.hpp"
#include "shardline/model/model.hpp"

namespace accuracy {

/// A model on GPUs under an engine, and its load.
struct deployment {
  shardline::accelerator gpu{};
  const shardline::engine_version* engine = &shardline::engines::vllm;
  shardline::runtime runtime{};
  shardline::model model{};
  shardline::layout layout{};
  shardline::workload workload{};
};

/// The version that stands for one that a table names: "TensorRT-LLM v0.5.0", "vllm 0.18.0". vLLM
/// whose version is not named is of 2025.
const shardline::engine_version& engine_named(const std::string& name);
/// The newest version of an engine by its plain name: "vllm", "sglang", "trtllm".
const shardline::engine_version& known_engine(const std::string& name);
bool is_tensorrt(const shardline::engine_version& engine);

/// "h100_sxm", "A100-SXM4-80GB"; null where the catalog has no such accelerator.
const shardline::accelerator* gpu_named(const std::string& name);

/// "meta-llama/Llama-3.1-70B", "LLaMA 7B"; null where the catalog has no such model.
const shardline::model* model_named(const std::string& name);

/// GPT models of NVIDIA's FasterTransformer tables: heads of one size, blocks of two matrices, the
/// head tied to the embedding.
shardline::model gpt_model(const std::string& name, double heads, double head_dim, double layers,
                           double vocabulary);

/// The format of its large matrices, experts' where it has some: "fp8 in blocks".
std::string format_of(const shardline::model& m);

/// Tensor-parallel over so many GPUs.
shardline::layout split_over(double gpus);

/// Who sends the requests of a table. None says how many it sends in all; ten for each that it keeps in
/// flight, the first at once, is InferenceX's usual setting, taken for all.
///   inferencex   lengths drawn evenly from 0.8 to 1 of what is named (--random-range-ratio 0.8): 0.9 in
///                the mean, whose standard deviation over it is 0.2 / sqrt(12) / 0.9
///   in_step      fixed lengths: what is read together ends together, and so on round after round
///   one_by_one   fixed lengths, behind a front end that passes requests one by one, some 35 a second,
///                so that they do not stay in step: as answers of a spread of 0.13 do not
///   one_ahead    the same, with one request in flight more than the batch: TTFT grows with the output
///                by just the time until the next slot is free
enum class client { inferencex, in_step, one_by_one, one_ahead };

/// So many requests of `isl` and `osl` tokens always in flight, prompts in chunks of 8192 tokens.
void keep_in_flight(deployment& d, client c, double isl, double osl, double concurrency);

/// A fixed batch, its prompts computed in one step and output - 1 tokens after them.
struct batch_times {
  double prefill = 0.0;
  double step = 0.0;
  double total = 0.0;
};

/// Continuous batching at a constant concurrency.
struct serving_times {
  double ttft = 0.0;
  double tpot = 0.0;
};

batch_times batch_by(const deployment& d, const shardline::fitted& policy);
batch_times batch_by(const deployment& d, const shardline::datasheet& policy);
batch_times batch_by(const deployment& d, const shardline::constant& policy);
serving_times serving_by(const deployment& d, const shardline::fitted& policy);
serving_times serving_by(const deployment& d, const shardline::datasheet& policy);
serving_times serving_by(const deployment& d, const shardline::constant& policy);

/// What is measured of a run: a prompt step or a decode step of a fixed batch, the batch from end to
/// end; in continuous batching the first token, a token after it, and a request from end to end.
enum class figure : unsigned char { prefill, step, batch, first_token, per_token, life };

template <class Policy>
double seconds_of(figure f, const deployment& d, const Policy& policy) {
  switch (f) {
    case figure::prefill:
      return batch_by(d, policy).prefill;
    case figure::step:
      return batch_by(d, policy).step;
    case figure::batch:
      return batch_by(d, policy).total;
    case figure::first_token:
      return serving_by(d, policy).ttft;
    case figure::per_token:
      return serving_by(d, policy).tpot;
    case figure::life: {
      const serving_times t = serving_by(d, policy);
      return t.ttft + (d.workload.output.value() - 1.0) * t.tpot;
    }
  }
  return 0.0;
}

/// A measured run, in one line of a table.
///   apart   by a rule that its family states
struct whole_run {
  std::string line{};
  deployment of{};
  figure measured{};
  double seconds = 0.0;
  bool apart = false;
};

/// Runs of one source, and what of it is not scored.
struct whole_runs {
  std::string title{};
  std::vector<whole_run> rows{};
  std::vector<omission> omitted{};
};

whole_runs tpot_runs(const std::string& folder);
whole_runs ttft_runs(const std::string& folder);
whole_runs static_batch_runs(const std::string& folder);
whole_runs mlperf_runs(const std::string& folder);
whole_runs argonne_runs(const std::string& folder);

/// The table of runs, each under every policy.
score_table table_of(const whole_runs& runs);

/// Whether the caches of all sequences fit at once.
bool fits(const deployment& d);

/// The deployment's policy: fitted, by its engine.
shardline::fitted policy_of(const deployment& d);

/// A row of a run: measured seconds beside price(deployment, policy) under each policy.
template <class Price>
observation observed_run(const deployment& d, double measured, const Price& price) {
  observation o;
  o.measured = measured;
  o.fitted = price(d, policy_of(d));
  o.memory = price(d, shardline::datasheet{});
  for (const shares& s : candidates()) {
    const auto launch = shardline::seconds<>::from_value(s.launch);
    o.by_constant.push_back(price(d, shardline::constant{s.mfu, s.rate, s.rate, launch}));
  }
  return o;
}

}  // namespace accuracy
