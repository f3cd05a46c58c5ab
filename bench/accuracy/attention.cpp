// SPDX-License-Identifier: BSL-1.0
// Attention kernels: operators/<chip>/ context_attention.csv, generation_attention.csv, and the
// latent ones of context_mla.csv and generation_mla.csv; one curve for each chip, engine and cache.
//
// Set apart, and not fitted to: decode steps that are faster than the memory could read their keys
// and values, though the last-level cache cannot hold them, and prompts that take less than half
// the time of the peak. What the benchmark reads and multiplies there is not known.
// Not scored: Triton's kernels where the engine has others, which it runs instead; vLLM's latent
// kernels, which a host launched one by one: 0.16 ms on Hopper, 0.31 on an A100 and an L40S for any
// sequences and lengths that take no longer; and vLLM's prompts over 8-bit caches on an RTX PRO
// 6000, which are up to a hundred times as fast as its peak.
#include <map>
#include <memory>
#include <string>
#include <type_traits>

#include "constants.hpp"
#include "families.hpp"
#include "held.hpp"
#include "operators.hpp"
#include "study.hpp"

namespace accuracy {

namespace {

using shardline::attention_core;
using shardline::integer;
using shardline::kernel_format;
using shardline::phase;
using prefill = shardline::prefill_curve<>;
using decode = shardline::decode_curve<>;

struct attending {
  std::shared_ptr<const kernels> of{};
  attention_core<double> op{};
};

double of_prompt(const prefill& c, const attending& p) {
  auto& a = p.of->trial;
  a.efficiency.prefill.of.fill(c);
  a.efficiency.latent_prefill.of.fill(c);
  return time_of(a, p.op).total().value();
}
double of_decode(const decode& c, const attending& p) {
  auto& a = p.of->trial;
  a.efficiency.decode.of.fill(c);
  a.efficiency.latent_decode.of.fill(c);
  return time_of(a, p.op).total().value();
}

using prompts = study<prefill, attending>;
using steps = study<decode, attending>;

// Constants of a study's curves, which are of one silicon: all but how fast their memories are is
// one's. Heads of one size only are latent: what exponentials cost does not show apart.
void add_constants(prompts& s, bool latent) {
  const indices all = detail::first_numbers(s.curves.size());
  s.constants = {shared("compute", &prefill::compute, all, 0.6, 0.02, 0.95),
                 shared("bandwidth", &prefill::bandwidth, all, 0.8, 0.1, 0.9),
                 shared("launch", &prefill::launch, all, 8.0, 0.5, 60.0),
                 shared("block", &prefill::block, all, 1.0, 0.0, 12.0),
                 shared("tail", &prefill::tail, all, 0.3, 0.0, 1.5),
                 shared("exposed", &prefill::exposed, all, 0.3, 0.0, 1.0),
                 shared("passes", &prefill::passes, all, 0.5, 0.0, 6.0)};
  add_held(s, "held_bandwidth", &prefill::bandwidth, -1.0);
  if (latent) return;
  s.constants.push_back(shared("softmax_values", &prefill::softmax_values, all, 50.0, 0.1, 400.0));
  s.constants.push_back(
      shared("window_padding", &prefill::window_padding, all, 200.0, 1.0, 1500.0));
}
void add_constants(steps& s, bool latent) {
  const indices all = detail::first_numbers(s.curves.size());
  s.constants = {shared("bandwidth", &decode::bandwidth, all, 0.85, 0.2, 1.0),
                 shared("launch", &decode::launch, all, 8.0, 0.5, 60.0),
                 shared("reduction", &decode::reduction, all, 3.0, 0.0, 30.0),
                 shared("block", &decode::block, all, 1.0, 0.0, 12.0),
                 shared("blocks", &decode::blocks, all, 1.0, 0.3, 40.0),
                 shared("multiprocessor_share", &decode::multiprocessor_share, all, 2.0, 0.1, 8.0),
                 shared("cache_speedup", &decode::cache_speedup, all, 2.0, 1.0, 6.0),
                 shared("tail", &decode::tail, all, 0.3, 0.0, 1.5)};
  add_held(s, "held_bandwidth", &decode::bandwidth, -1.0);
  add_held(s, "held_share", &decode::multiprocessor_share, -1.0);
  if (latent) {
    s.constants.push_back(shared("compute", &decode::compute, all, 0.6, 0.02, 0.95));
    s.constants.push_back(shared("passes", &decode::passes, all, 0.5, 0.0, 6.0));
  } else {
    s.constants.push_back(
        shared("window_padding", &decode::window_padding, all, 200.0, 1.0, 1500.0));
  }
}

// Of an H100's and an H200's kernels blocks start one after another; so do those of latents.
bool may_overlap(const kernels& k, bool latent) {
  return !latent && k.bare.architecture != shardline::architecture::hopper;
}
// Kernels that split the cache, or one block to each sequence and key-value head; whose blocks
// start while others read, or not.
steps study_of(const std::string& name, bool overlaps) {
  steps s{{name}, {}, {}, {}, &of_decode};
  s.forms.clear();
  for (const bool overlapped : {false, true}) {
    for (const double splits : {32.0, 1.0}) {
      if (overlapped && !overlaps) continue;
      s.forms.push_back([=](decode& c) {
        c.splits = splits;
        c.overlapped = overlapped;
      });
    }
  }
  return s;
}

// SGLang's steps over 8-bit latents on Hopper: its backend of FlashAttention 3 widens them first
// (flashattention_backend.py of python/sglang/srt/layers/attention), at one pace whatever the
// heads, and then runs the kernel of 16 bits.
bool is_widened(const kernels& k, bool latent, kernel_format cache_format) {
  return k.bare.architecture == shardline::architecture::hopper && k.engine == "sglang" && latent &&
         cache_format == kernel_format::narrow;
}
void add_widening(steps& s) {
  const indices all = detail::first_numbers(s.curves.size());
  s.constants = {shared("widening", &decode::widening, all, 4e-10, 1e-11, 1e-8),
                 shared("launch", &decode::launch, all, 8.0, 0.5, 60.0)};
}

bool is_narrow(const std::string& dtype) { return dtype.starts_with("fp8"); }
double bytes_of(const std::string& dtype) { return is_narrow(dtype) ? 1.0 : 2.0; }

enum column : std::size_t {
  engine_name,
  version,
  kernel,
  math,
  cache,
  sequences,
  length,
  past,
  heads,
  latency,
  kv_heads,
  head_dim,
  window
};
using latent_row = table<kv_heads>;
using grouped_row = table<window + 1>;

attention_core<double> operator_of(const grouped_row& row, phase of) {
  attention_core<double> op;
  op.phase = of;
  op.sequences = row.number(sequences);
  op.new_tokens = of == phase::prefill ? row.number(length) : 1.0;
  op.context = row.number(past);
  op.heads = static_cast<integer>(row.number(heads));
  op.kv_heads = static_cast<integer>(row.number(kv_heads));
  op.qk_dim = op.v_dim = static_cast<integer>(row.number(head_dim));
  op.window = row.empty(window) ? 0 : static_cast<integer>(row.number(window));
  op.bytes_per_token = static_cast<double>(2 * op.kv_heads * op.qk_dim) * bytes_of(row.word(cache));
  return op;
}

// DeepSeek's latents of 512 + 64: a prompt attends head by head, 192 and 128 wide.
attention_core<double> operator_of(const latent_row& row, phase of) {
  const bool decoding = of == phase::decode;
  attention_core<double> op;
  op.phase = of;
  op.sequences = row.number(sequences);
  op.new_tokens = decoding ? 1.0 : row.number(length);
  op.context = row.number(past);
  op.heads = static_cast<integer>(row.number(heads));
  op.kv_heads = decoding ? 1 : op.heads;
  op.qk_dim = decoding ? 576 : 192;
  op.v_dim = decoding ? 512 : 128;
  op.latent = true;
  op.latent_width = 576;
  op.bytes_per_token = 576.0 * bytes_of(row.word(cache));
  return op;
}

// The curve that is shipped for an operator.
const prefill& shipped_curve(const shardline::fitted& f, const attention_core<double>& op,
                             kernel_format k, const prefill*) {
  return op.latent ? f.latent_prefill[k] : f.prefill[k];
}
const decode& shipped_curve(const shardline::fitted& f, const attention_core<double>& op,
                            kernel_format k, const decode*) {
  return op.latent ? f.latent_decode[k] : f.decode[k];
}

// Rows stay together by what heads they have.
std::string group_of(const latent_row& row) { return row.word(heads); }
std::string group_of(const grouped_row& row) {
  return row.word(heads) + "/" + row.word(kv_heads) + "/" + row.word(head_dim) + "/" +
         row.word(window);
}

bool is_scored(const kernels& k, const std::string& kernel_name, const std::string& multiplied,
               const attention_core<double>& op, const std::string& cache_type) {
  const bool triton = kernel_name.find("triton") != std::string::npos;
  const bool beyond = k.is_vllm() && k.gpu() == "rtx-pro-6000" && op.phase == phase::prefill &&
                      is_narrow(cache_type);
  return !is_narrow(multiplied) && !(triton && k.gpu() == "b200-sxm") &&
         !(op.latent && k.is_vllm()) && !beyond;
}

// vLLM 0.22 splits long caches on an H200 as 0.19 did not, and reads windows alone.
bool is_superseded(const kernels& k, const std::string& version, phase of) {
  return of == phase::decode && k.gpu() == "h200-sxm" && k.is_vllm() && version == "0.19.0";
}

bool is_impossible(const kernels& k, const attention_core<double>& op, const observation& seen) {
  if (op.phase == phase::prefill) return seen.measured < 0.5 * seen.compute;
  return seen.measured < seen.memory && op.bytes_moved().value() > k.bare.last_level_cache.value();
}

// Adds rows to the studies, one for each silicon, engine and cache.
template <class Curve>
struct attention_reader {
  phase of;
  bool latent;
  std::string title;
  std::map<std::string, std::size_t> places{};
  studies<Curve, attending> all{};

  template <class Row>
  void operator()(const std::shared_ptr<const kernels>& k, const Row& row, bool current) {
    const attending p{k, operator_of(row, of)};
    if (!current || !is_scored(*k, row.word(kernel), row.word(math), p.op, row.word(cache)) ||
        is_superseded(*k, row.word(version), of))
      return;
    const auto format = is_narrow(row.word(cache)) ? kernel_format::narrow : kernel_format::wide;
    const std::string name = title + " " + k->silicon() + " " + row.word(cache);
    const auto [place, is_new] = places.insert({name, all.size()});
    if (is_new) all.push_back(study_for(*k, name));
    study<Curve, attending>& s = all[place->second];
    observation seen = observed(*k, p.op, row.number(latency) * 1e-3);
    seen.apart = is_impossible(*k, p.op, seen);
    s.format = format;
    s.samples.push_back({curve_of(s, k->gpu(), start_for(*k, p.op, format)), p, k->gpu(),
                         group_of(row), title, k->name(), seen, !seen.apart});
  }
  void add_all_constants() {
    for (study<Curve, attending>& s : all) {
      if constexpr (std::is_same_v<Curve, decode>) {
        if (is_widened(*s.samples.front().op.of, latent, s.format)) {
          add_widening(s);
          continue;
        }
      }
      add_constants(s, latent);
    }
  }

 private:
  study<Curve, attending> study_for(const kernels& k, const std::string& name) const {
    if constexpr (std::is_same_v<Curve, decode>) {
      return study_of(name, may_overlap(k, latent));
    } else {
      return {{name}, {}, {}, {}, &of_prompt};
    }
  }
  // Whose constants that no search moves are those of what is shipped.
  Curve start_for(const kernels& k, const attention_core<double>& op, kernel_format format) const {
    const Curve* none = nullptr;
    if constexpr (std::is_same_v<Curve, decode>) {
      if (is_widened(k, latent, format)) format = kernel_format::wide;
    }
    return shipped_curve(k.fitted.efficiency, op, format, none);
  }
};

template <class Curve>
studies<Curve, attending> studies_of(const std::string& folder, phase of, bool is_latent) {
  const bool prompts_of = of == phase::prefill;
  attention_reader<Curve> reader{of, is_latent,
                                 std::string(is_latent ? "latent attention, " : "attention, ") +
                                     (prompts_of ? "prompts" : "decode")};
  const std::string file = prompts_of ? "context" : "generation";
  const auto add = [&](const auto& k, const auto& row, bool current) { reader(k, row, current); };
  if (is_latent) {
    for_each_row<kv_heads>(folder, file + "_mla",
                           {"engine", "version", "kernel_source", "mla_dtype", "kv_cache_dtype",
                            "batch_size", "isl", "step", "num_heads", "latency"},
                           add);
  } else {
    for_each_row<window + 1>(
        folder, file + "_attention",
        {"engine", "version", "kernel_source", "attn_dtype", "kv_cache_dtype", "batch_size", "isl",
         "step", "num_heads", "latency", "num_key_value_heads", "head_dim", "window_size"},
        add);
  }
  reader.add_all_constants();
  return reader.all;
}

}  // namespace

scores attention_scores(const std::string& folder) {
  scores found;
  for (const bool is_latent : {false, true}) {
    add_scores(studies_of<prefill>(folder, phase::prefill, is_latent), found);
    add_scores(studies_of<decode>(folder, phase::decode, is_latent), found);
  }
  return found;
}

void add_attention_curves(const std::string& folder, chip_curves& found) {
  const std::vector<member<prefill>> of_prompts{{"compute", &prefill::compute},
                                                {"softmax_values", &prefill::softmax_values},
                                                {"bandwidth", &prefill::bandwidth},
                                                {"launch", &prefill::launch},
                                                {"block", &prefill::block},
                                                {"tail", &prefill::tail},
                                                {"exposed", &prefill::exposed},
                                                {"passes", &prefill::passes},
                                                {"window_padding", &prefill::window_padding}};
  const std::vector<member<decode>> of_steps{
      {"compute", &decode::compute},
      {"bandwidth", &decode::bandwidth},
      {"launch", &decode::launch},
      {"reduction", &decode::reduction},
      {"block", &decode::block},
      {"blocks", &decode::blocks},
      {"splits", &decode::splits},
      {"multiprocessor_share", &decode::multiprocessor_share},
      {"tail", &decode::tail},
      {"exposed", &decode::exposed},
      {"passes", &decode::passes},
      {"window_padding", &decode::window_padding},
      {"cache_speedup", &decode::cache_speedup},
      {"cache_share", &decode::cache_share},
      {"overlapped", &decode::overlapped},
      {"rows", &decode::rows},
      {"widening", &decode::widening}};
  for (const bool is_latent : {false, true}) {
    add_curves("prefill_curve<>", of_prompts, is_latent ? "latent_prefill" : "prefill",
               studies_of<prefill>(folder, phase::prefill, is_latent), found);
    add_curves("decode_curve<>", of_steps, is_latent ? "latent_decode" : "decode",
               studies_of<decode>(folder, phase::decode, is_latent), found);
  }
}

}  // namespace accuracy
