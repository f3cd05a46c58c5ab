// SPDX-License-Identifier: BSL-1.0
// Whole attention modules over latents: operators/<chip>/ mla_context_module.csv and
// mla_generation_module.csv (DeepSeek-V3), dsa_context_module.csv and dsa_generation_module.csv, to
// tokens that an indexer chose (DeepSeek-V3.2, GLM-5), and msa_context_module.csv and
// msa_generation_module.csv, to blocks of them (MiniMax-M3, under SGLang: under TensorRT-LLM a host
// chooses them, 2 to 500 ms): projections, norms, indexer, attention, output.
//
// What is predicted is the sum of the operators that a layer of the model has, by the curves of
// each; attention to chosen tokens is fitted to what the rest leaves of a module, one curve for
// each chip, engine and cache. Modules of DeepSeek-V3 were fitted to by nothing.
// Set apart, and not fitted to: what a host launched kernel by kernel, which takes no less however
// little there is to do (SGLang's prompts 0.7 ms, those below 1.5 are left out; vLLM's 1.1 to 2,
// below 4; vLLM's decode steps 0.11, 0.21 with an indexer, below 0.16 and 0.45), and SGLang's
// prompts of no more tokens than the indexer keeps, which take less than their own projections; of
// blocks, prompts after more than eight times as many cached tokens, whose scores few
// multiprocessors share.
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

// A curve beside what a host adds to modules that it launches kernel by kernel: no other row tells
// that from the launch of one kernel in a graph, which is taken to be 8 us where there is a host's.
struct curve : shardline::sparse_curve<> {
  double host = 0.0;  // us
};
constexpr auto kernel_launch = shardline::seconds<>::from_value(8e-6);
template <class Value>
constexpr Value curve::*of_curve(Value shardline::sparse_curve<>::*member) {
  return member;
}

// What a table's modules attend to.
enum class attending { latents, chosen_latents, chosen_blocks };

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
  a.efficiency.block_sparse.of.fill(c);
  return m.others + time_of(a, *m.chosen).total().value() + c.host * 1e-6;
}

using one_study = study<curve, module>;

constexpr double most_splits = 32.0;

// Blocks are attended to head by head, of prompts alone by a kernel of their own.
one_study study_of(const std::string& name, attending to) {
  one_study s{{name}, {}, {}, {}, &predicted};
  if (to == attending::chosen_blocks) {
    s.forms = {[](curve& c) {
      c.heads = 1.0;
      c.splits = most_splits;
    }};
    return s;
  }
  s.forms.clear();
  for (const double heads : {64.0, 128.0}) {
    for (const bool padded : {false, true}) {
      for (const bool steps : {false, true}) {
        for (const double splits : {1.0, most_splits}) {
          s.forms.push_back([=](curve& c) {
            c.heads = heads;
            c.padded = padded;
            c.steps = steps;
            c.splits = splits;
          });
        }
      }
    }
  }
  return s;
}

// Of an H100 and an H200 alike, whose silicon is one.
void add_constants(one_study& s, attending to) {
  const indices all = detail::first_numbers(s.curves.size());
  const bool blocks = to == attending::chosen_blocks;
  s.constants = {shared("compute", of_curve(&curve::compute), all, blocks ? 0.1 : 0.4,
                        blocks ? 0.005 : 0.02, 0.95)};
  if (s.samples.front().op.of->is_vllm()) {
    for (curve& c : s.curves) c.launch = kernel_launch;
    s.constants.push_back(shared("host", &curve::host, all, 20.0, 0.0, 300.0));
    return;
  }
  s.constants.push_back(
      shared("launch", of_curve(&curve::launch), all, 20.0, 1.0, blocks ? 300.0 : 60.0));
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
  latency,
  ranks
};
using row_type = table<ranks + 1>;

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

// MiniMax-M3's, of all heads: those of a table are a rank's.
shardline::block_sparse_attention block_layer(const row_type& row) {
  return {.heads = static_cast<integer>(row.number(heads) * row.number(ranks)),
          .kv_heads = 4,
          .head_dim = 128,
          .qk_norm = shardline::head_norm::per_head,
          .index_heads = 4,
          .index_head_dim = 128,
          .block_size = 128,
          .topk_blocks = 16};
}

shardline::model model_of(const row_type& row, attending to) {
  shardline::model m;
  m.hidden_size = to == attending::chosen_blocks || is_glm(row) ? 6144 : 7168;
  const std::string format = row.word(math);
  m.weights[shardline::weight_class::attention] = format == "fp8_block"
                                                      ? shardline::formats::fp8_block
                                                  : format == "nvfp4" ? shardline::formats::nvfp4
                                                                      : shardline::formats::bf16;
  m.kv_cache = row.word(cache) == "fp8" ? shardline::precision::fp8 : shardline::precision::bf16;
  return m;
}

template <class Sink>
void emit_layer(const row_type& row, attending to, const shardline::model_context& e, Sink& sink) {
  switch (to) {
    case attending::latents:
      return sparse_layer(row).latents().emit(e, sink);
    case attending::chosen_latents:
      return sparse_layer(row).emit(e, sink);
    case attending::chosen_blocks:
      return block_layer(row).emit(e, sink);
  }
}

struct read_row {
  module op{};
  observation seen{};
};

read_row row_of(const std::shared_ptr<const kernels>& k, const row_type& row, phase of,
                attending to) {
  read_row r{{k, {}, 0.0}, {}};
  const shardline::model m = model_of(row, to);
  const integer tp = to == attending::chosen_blocks ? static_cast<integer>(row.number(ranks)) : 1;
  const shardline::layout split{{tp, 1, 1}, {tp, 1, 1}};
  const double cached = row.number(past);
  const auto step =
      of == phase::prefill
          ? shardline::prefill_step(row.number(sequences), row.number(length), cached, 1.0)
          : shardline::decode_step(row.number(sequences), cached + 1.0, 1.0);
  const auto own = shardline::rank_step_of(step, split);
  summing sum{*k, r.op};
  shardline::at_step<double, summing> operators{own, sum};
  shardline::sink_for sink(operators);
  emit_layer(row, to, {m, split, {}}, sink);
  r.seen.measured = row.number(latency) * 1e-3;
  r.seen.compute = sum.compute;
  r.seen.memory = sum.memory;
  r.seen.kernels = sum.count;
  return r;
}

// What a host takes to launch a module's kernels one by one.
double least_launched(const kernels& k, phase of, attending to) {
  const bool indexed = to != attending::latents;
  if (k.is_vllm()) return of == phase::prefill ? 4e-3 : indexed ? 0.45e-3 : 0.16e-3;
  if (to == attending::chosen_blocks) return of == phase::prefill ? 3e-3 : 0.0;
  return k.engine == "sglang" && of == phase::prefill ? 1.5e-3 : 0.0;
}

bool is_apart(const kernels& k, const row_type& row, phase of, attending to, double measured) {
  const bool short_prompt = k.engine == "sglang" && of == phase::prefill &&
                            to == attending::chosen_latents &&
                            row.number(length) + row.number(past) <= 2048.0;
  const bool long_past = to == attending::chosen_blocks && of == phase::prefill &&
                         row.number(past) > 8.0 * row.number(length);
  return short_prompt || long_past || measured < least_launched(k, of, to);
}

using study_map = std::map<std::pair<std::string, kernel_format>, one_study>;

const char* title_of(attending to) {
  switch (to) {
    case attending::latents:
      return "attention modules";
    case attending::chosen_latents:
      return "attention modules, chosen tokens";
    case attending::chosen_blocks:
      return "attention modules, chosen blocks";
  }
  return "";
}

curve shipped_curve(const kernels& k, kernel_format format, attending to) {
  const auto& f = k.fitted.efficiency;
  return {(to == attending::chosen_blocks ? f.block_sparse : f.sparse)[format]};
}

// Modules without an indexer have a study each as well, which fits nothing.
void read(const std::string& folder, const std::string& name, phase of, attending to,
          study_map& found) {
  const auto add = [&](const auto& k, const row_type& row, bool current) {
    const bool by_host = to == attending::chosen_blocks && k->engine == "trtllm";
    if (!current || by_host) return;
    const auto format = row.word(cache) == "fp8" ? kernel_format::narrow : kernel_format::wide;
    read_row r = row_of(k, row, of, to);
    r.seen.fitted = r.op.others;
    if (r.op.chosen) r.seen.fitted += time_of(k->fitted, *r.op.chosen).total().value();
    r.seen.apart = is_apart(*k, row, of, to, r.seen.measured);
    const std::string title =
        title_of(to) + std::string(of == phase::prefill ? ", prompts" : ", decode");
    const std::string key = title_of(to) + std::string(" ") + k->silicon();
    const curve shipped = shipped_curve(*k, format, to);
    one_study& s = found.try_emplace({key, format}, study_of(title, to)).first->second;
    s.format = format;
    s.samples.push_back({curve_of(s, k->gpu(), shipped), r.op, k->gpu(), row.word(heads), title,
                         k->name() + " " + row.word(cache), r.seen,
                         to != attending::latents && !r.seen.apart});
  };
  for_each_row<ranks + 1>(folder, name,
                          {"engine", "version", "model", "kv_cache_dtype", "gemm_type", "num_heads",
                           "batch_size", "isl", "step", "latency", "tp_size"},
                          add);
}

study_map studies_of(const std::string& folder) {
  study_map found;
  const std::array<std::pair<const char*, attending>, 3> tables{
      {{"mla", attending::latents},
       {"dsa", attending::chosen_latents},
       {"msa", attending::chosen_blocks}}};
  for (const auto& [name, to] : tables) {
    read(folder, std::string(name) + "_context_module", phase::prefill, to, found);
    read(folder, std::string(name) + "_generation_module", phase::decode, to, found);
    for (auto& [key, s] : found) {
      if (s.constants.empty()) add_constants(s, to);
    }
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

chip_curves curves_of(study_map all, attending to) {
  const std::vector<member<curve>> members{
      {"compute", of_curve(&curve::compute)}, {"heads", of_curve(&curve::heads)},
      {"launch", of_curve(&curve::launch)},   {"splits", of_curve(&curve::splits)},
      {"padded", of_curve(&curve::padded)},   {"steps", of_curve(&curve::steps)}};
  studies<curve, module> chosen;
  for (auto& [key, s] : all) {
    if (key.first.starts_with(title_of(to) + std::string(" "))) chosen.push_back(std::move(s));
  }
  chip_curves found;
  add_curves("sparse_curve<>", members, "sparse", chosen, found);
  return found;
}

std::string text_of(const chip_curves& found, const std::string& suffix) {
  std::string text;
  for (const auto& [chip, curves] : found) {
    text += "inline constexpr by_format<sparse_curve<>> " + identifier(chip) + suffix +
            " = detail::by_cache(\n";
    for (const auto f : {kernel_format::wide, kernel_format::narrow}) {
      const chip_curve& c = own_curve(found, chip, f);
      text += "// " + c.note + "\n" + c.text + (f == kernel_format::wide ? ",\n" : ");\n\n");
    }
  }
  return text;
}

}  // namespace

std::string sparse_header(const std::string& folder) {
  const study_map all = studies_of(folder);
  return "/// Attention to tokens and to blocks that an indexer chose, on the chips and under the\n"
         "/// engines that it was measured of, as bench_calibrate writes this file: over caches "
         "of\n"
         "/// 16 bits and of 8, rows of the tables and mean error in the fit of those that\n"
         "/// determine it, of whole attention modules.\n"
         "#pragma once\n\n#include \"shardline/chips/curves.hpp\"\n\n"
         "namespace shardline::catalog::curves {\n\n" +
         text_of(curves_of(all, attending::chosen_latents), "_sparse") +
         text_of(curves_of(all, attending::chosen_blocks), "_block_sparse") +
         "}  // namespace shardline::catalog::curves\n";
}

}  // namespace accuracy
