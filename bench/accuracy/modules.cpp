// SPDX-License-Identifier: BSL-1.0
// Whole attention modules over latents: operators/<chip>/ mla_context_module.csv and
// mla_generation_module.csv (DeepSeek-V3), dsa_context_module.csv and dsa_generation_module.csv, to
// tokens that an indexer chose (DeepSeek-V3.2, GLM-5): projections, norms, indexer, attention, output.
//
// What is predicted is the sum of the operators that a layer of the model has, by the curves of each;
// attention to chosen tokens is fitted to what the rest leaves of a module, one curve for each chip,
// engine and cache. Modules of DeepSeek-V3 were fitted to by nothing.
// Set apart, and not fitted to: what a host launched kernel by kernel, which takes no less however
// little there is to do (SGLang's prompts 0.7 ms, those below 1.5 are left out; vLLM's 1.1 to 2, below
// 4; vLLM's decode steps 0.11, 0.21 with an indexer, below 0.16 and 0.45), and SGLang's prompts of no more tokens
// than the indexer keeps, which take less than their own projections.
#include <array>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "constants.hpp"
#include "families.hpp"
#include "operators.hpp"
#include "shardline/model/blocks.hpp"
#include "study.hpp"

namespace accuracy {

namespace {

using shardline::attention_core;
using shardline::integer;
using shardline::kernel_format;
using shardline::phase;
using curve = shardline::sparse_curve<>;

// A module: its attention, if to chosen tokens, and the time of all else.
struct module {
  std::shared_ptr<const kernels> of{};
  std::optional<attention_core<double>> chosen{};
  double others = 0.0;
};

double predicted(const curve& c, const module& m) {
  if (!m.chosen) return m.others;
  auto& a = m.of->trial;
  a.efficiency.sparse.of.fill(c);
  return m.others + time_of(a, *m.chosen).total().value();
}

using one_study = study<curve, module>;

one_study study_of(const std::string& name, const curve& shipped) {
  one_study s{{name}, {shipped}, {}, {}, &predicted};
  s.constants = {shared("compute", &curve::compute, {0}, 0.4, 0.02, 0.95),
                 shared("launch", &curve::launch, {0}, 20.0, 1.0, 300.0)};
  s.forms.clear();
  for (const double heads : {64.0, 128.0}) {
    for (const bool padded : {false, true}) {
      for (const bool steps : {false, true}) {
        s.forms.push_back([=](curve& c) {
          c.heads = heads;
          c.padded = padded;
          c.steps = steps;
        });
      }
    }
  }
  return s;
}

enum column : std::size_t {
  engine_name,
  version,
  of_model,
  cache,
  math,
  heads,
  sequences,
  length,
  past,
  latency
};
using row_type = table<latency + 1>;

// Adds up what a layer runs; what is sent and kept is no module's.
struct summing {
  const kernels& k;
  module& into;
  double compute = 0.0;
  double memory = 0.0;
  double count = 0.0;

  template <class Operator>
  void operator()(const Operator& op) {
    if constexpr (requires {
                    time_of(k.fitted, op).memory;
                    op.kernels();
                  }) {
      const auto bound = time_of(k.bare, op);
      compute += bound.compute.value();
      memory += bound.memory.value();
      count += op.kernels();
      if constexpr (requires { op.chosen; }) {
        if (op.chosen) {
          into.chosen = op;
          return;
        }
      }
      into.others += time_of(k.fitted, op).total().value();
    }
  }
};

bool is_glm(const row_type& row) { return row.word(of_model).find("GLM") != std::string::npos; }

// DeepSeek-V3's and V3.2's layers, and GLM-5's, of so many heads.
shardline::sparse_latent_attention sparse_layer(const row_type& row) {
  const auto n = static_cast<integer>(row.number(heads));
  if (is_glm(row)) return {n, 2048, 512, 192, 64, 256, 32, 128, 2048};
  return {n, 1536, 512, 128, 64, 128, 64, 128, 2048};
}

shardline::model model_of(const row_type& row) {
  shardline::model m;
  m.hidden_size = is_glm(row) ? 6144 : 7168;
  const std::string format = row.word(math);
  m.weights[shardline::weight_class::attention] = format == "fp8_block"
                                                      ? shardline::formats::fp8_block
                                                  : format == "nvfp4" ? shardline::formats::nvfp4
                                                                      : shardline::formats::bf16;
  m.kv_cache = row.word(cache) == "fp8" ? shardline::precision::fp8 : shardline::precision::bf16;
  return m;
}

struct read_row {
  module op{};
  observation seen{};
};

read_row row_of(const std::shared_ptr<const kernels>& k, const row_type& row, phase of,
                bool is_sparse) {
  read_row r{{k, {}, 0.0}, {}};
  const shardline::model m = model_of(row);
  const shardline::layout alone;
  const double cached = row.number(past);
  const auto step =
      of == phase::prefill
          ? shardline::prefill_step(row.number(sequences), row.number(length), cached, 1.0)
          : shardline::decode_step(row.number(sequences), cached + 1.0, 1.0);
  const auto own = shardline::rank_step_of(step, alone);
  summing sum{*k, r.op};
  shardline::at_step<double, summing> operators{own, sum};
  shardline::sink_for sink(operators);
  const shardline::model_context e{m, alone, {}};
  if (is_sparse) {
    sparse_layer(row).emit(e, sink);
  } else {
    sparse_layer(row).latents().emit(e, sink);
  }
  r.seen.measured = row.number(latency) * 1e-3;
  r.seen.compute = sum.compute;
  r.seen.memory = sum.memory;
  r.seen.kernels = sum.count;
  return r;
}

// What a host takes to launch a module's kernels one by one.
double least_launched(const kernels& k, phase of, bool is_sparse) {
  if (k.is_vllm()) return of == phase::prefill ? 4e-3 : is_sparse ? 0.45e-3 : 0.16e-3;
  return k.engine == "sglang" && of == phase::prefill ? 1.5e-3 : 0.0;
}

bool is_apart(const kernels& k, const row_type& row, phase of, bool is_sparse, double measured) {
  const bool short_prompt = k.engine == "sglang" && of == phase::prefill && is_sparse &&
                            row.number(length) + row.number(past) <= 2048.0;
  return short_prompt || measured < least_launched(k, of, is_sparse);
}

using study_map = std::map<std::pair<std::string, kernel_format>, one_study>;

// Modules without an indexer have a study each as well, which fits nothing.
void read(const std::string& folder, const std::string& name, phase of, study_map& found) {
  const bool is_sparse = name.starts_with("dsa");
  for_each_row<latency + 1>(
      folder, name,
      {"engine", "version", "model", "kv_cache_dtype", "gemm_type", "num_heads", "batch_size",
       "isl", "step", "latency"},
      [&](const auto& k, const auto& row, bool current) {
        if (!current) return;
        const auto format = row.word(cache) == "fp8" ? kernel_format::narrow : kernel_format::wide;
        read_row r = row_of(k, row, of, is_sparse);
        const curve& shipped = k->fitted.efficiency.sparse[format];
        r.seen.fitted = r.op.others;
        if (r.op.chosen) r.seen.fitted += time_of(k->fitted, *r.op.chosen).total().value();
        r.seen.apart = is_apart(*k, row, of, is_sparse, r.seen.measured);
        const std::string title = std::string("attention modules, ") +
                                  (is_sparse ? "chosen tokens, " : "") +
                                  (of == phase::prefill ? "prompts" : "decode");
        const std::string kind = is_sparse ? "" : "latent ";
        auto at = found.try_emplace({kind + k->name(), format}, study_of(title, shipped)).first;
        at->second.format = format;
        at->second.samples.push_back({0, r.op, k->gpu(), row.word(heads), title,
                                      k->name() + " " + row.word(cache), r.seen,
                                      is_sparse && !r.seen.apart});
      });
}

study_map studies_of(const std::string& folder) {
  study_map found;
  for (const char* kind : {"mla", "dsa"}) {
    read(folder, std::string(kind) + "_context_module", phase::prefill, found);
    read(folder, std::string(kind) + "_generation_module", phase::decode, found);
  }
  return found;
}

}  // namespace

scores module_scores(const std::string& folder) {
  studies<curve, module> all;
  scores found;
  for (auto& [key, s] : studies_of(folder)) {
    if (s.samples.front().fitted || s.samples.front().op.chosen) {
      all.push_back(std::move(s));
      continue;
    }
    for (const auto& row : s.samples) {
      family_of(detail::table_of(found.shapes, row.table).families, row.line)
          .rows.push_back(row.seen);
    }
  }
  add_scores(std::move(all), found);
  return found;
}

namespace {

// An engine's own curve of a cache, else its own of the other one.
const chip_curve& own_curve(const chip_curves& found, const std::string& chip, kernel_format f) {
  const curves_by_format& of = found.at(chip).at("sparse");
  const auto at = of.find(f);
  return at == of.end() ? of.begin()->second : at->second;
}

}  // namespace

std::string sparse_header(const std::string& folder) {
  const std::vector<member<curve>> members{{"compute", &curve::compute},
                                           {"heads", &curve::heads},
                                           {"launch", &curve::launch},
                                           {"padded", &curve::padded},
                                           {"steps", &curve::steps}};
  studies<curve, module> all;
  for (auto& [key, s] : studies_of(folder)) {
    if (s.samples.front().op.chosen) all.push_back(std::move(s));
  }
  chip_curves found;
  add_curves("sparse_curve<>", members, "sparse", all, found);
  std::string text =
      "/// Attention to chosen tokens on the chips and under the engines that it was measured of, "
      "as\n"
      "/// bench_calibrate writes this file: over caches of 16 bits and of 8, rows of the tables "
      "and\n"
      "/// mean error in the fit of those that determine it, of whole attention modules.\n"
      "#pragma once\n\n#include \"shardline/chips/curves.hpp\"\n\n"
      "namespace shardline::catalog::curves {\n\n";
  for (const auto& [chip, curves] : found) {
    text += "inline constexpr by_format<sparse_curve<>> " + identifier(chip) +
            "_sparse = detail::by_cache(\n";
    for (const auto f : {kernel_format::wide, kernel_format::narrow}) {
      const chip_curve& c = own_curve(found, chip, f);
      text += "// " + c.note + "\n" + c.text + (f == kernel_format::wide ? ",\n" : ");\n\n");
    }
  }
  return text + "}  // namespace shardline::catalog::curves\n";
}

}  // namespace accuracy
