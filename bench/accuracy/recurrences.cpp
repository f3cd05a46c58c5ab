// SPDX-License-Identifier: BSL-1.0
// Recurrences: operators/<chip>/ gdn.csv, kda.csv and mamba2.csv, gated delta rules, Kimi's delta
// attention and Mamba-2's state spaces, each beside its convolution; one curve for each chip,
// engine and kind, the constants of a decode step apart from those of a prompt.
//
// States are of 32 bits. Steps of several new tokens verify drafts ("verify"). The convolution of a
// gated delta rule was timed over as many channels as its keys have, whatever its values; that of
// delta attention over queries, keys and values, of a prompt in three calls.
// Set apart, and not fitted to: decode steps faster than the memory could move their states, though
// the last-level cache cannot hold them (SGLang 0.5.10 on an H100).
// Not scored: vLLM's convolutions of prompts, which a host launched one by one (0.2 ms for a token
// and more); its fused decode steps, which hold the convolution too; SGLang's convolutions before
// 0.5.16 and TensorRT-LLM's of 1.3.0rc10 on a B200, kernels that they no longer run.
// SGLang verifies drafts by kernels of their own, which no constant is fitted to.
#include <array>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "constants.hpp"
#include "families.hpp"
#include "operators.hpp"
#include "study.hpp"

namespace accuracy {

namespace {

using shardline::integer;
using shardline::phase;
using shardline::recurrence;
using shardline::recurrence_kind;
using curve = shardline::recurrence_curve<>;

// A recurrence that was run so many times.
struct recurring {
  std::shared_ptr<const kernels> of{};
  recurrence<double> op{};
  double calls = 1.0;
};

double predicted(const curve& c, const recurring& p) {
  auto& a = p.of->trial;
  a.efficiency.recurrences.of.fill(c);
  return p.calls * time_of(a, p.op).total().value();
}

using one_study = study<curve, recurring>;

// A convolution's few values of state stand for a channel each, and a block of threads.
one_study study_of(const std::string& name, const curve& shipped, recurrence_kind kind, phase of) {
  one_study s{{name}, {shipped}, {}, {}, &predicted};
  if (of == phase::decode) {
    s.constants = {shared("bandwidth", &curve::bandwidth, {0}, 0.75, 0.1, 1.0),
                   shared("launch", &curve::launch, {0}, 5.0, 0.5, 60.0)};
  } else {
    s.constants = {shared("prompt", &curve::prompt, {0}, 20.0, 1.0, 300.0),
                   shared("along", &curve::along, {0}, 0.02, 0.0, 0.4),
                   kind == recurrence_kind::convolution
                       ? shared("token", &curve::token, {0}, 1e-10, 1e-13, 1e-9)
                       : shared("token", &curve::token, {0}, 2e-11, 1e-13, 3e-10),
                   kind == recurrence_kind::convolution
                       ? shared("sequence", &curve::sequence, {0}, 1e-8, 0.0, 3e-7)
                       : shared("sequence", &curve::sequence, {0}, 2e-10, 0.0, 4e-9)};
  }
  return s;
}

enum column : std::size_t { engine_name, version, kernel, stage, sequences, length, latency, taps };
enum delta_column : std::size_t { key_heads = taps + 1, key_dim, value_heads, value_dim };
enum state_column : std::size_t { heads = taps + 1, head_dim, groups, state_size };
using row_type = table<taps + 5>;

integer whole(const row_type& row, std::size_t at) { return static_cast<integer>(row.number(at)); }

bool is_convolution(const row_type& row) { return row.word(kernel).starts_with("causal_conv1d"); }

// What a table is of: its recurrence, and what that one moves and keeps.
struct of_table {
  const char* name;
  recurrence_kind kind;
  void (*sizes)(const row_type&, recurrence<double>&);
};

void put_delta(const row_type& row, recurrence<double>& op, integer flops, integer decays) {
  const integer keys = whole(row, key_heads) * whole(row, key_dim);
  const integer values = whole(row, value_heads) * whole(row, value_dim);
  op.state_values = values * whole(row, key_dim);
  op.flops_per_token = flops * op.state_values;
  op.values_per_token = 2 * keys + 2 * values + decays;
}
void put_rule(const row_type& row, recurrence<double>& op) { put_delta(row, op, 7, 0); }
void put_attention(const row_type& row, recurrence<double>& op) {
  put_delta(row, op, 8, whole(row, value_heads) * whole(row, key_dim));
}
void put_space(const row_type& row, recurrence<double>& op) {
  const integer inner = whole(row, heads) * whole(row, head_dim);
  op.state_values = inner * whole(row, state_size);
  op.flops_per_token = 5 * op.state_values;
  op.values_per_token = 2 * inner + 2 * whole(row, groups) * whole(row, state_size);
}

// Channels of one call of the convolution.
integer channels_of(const of_table& t, const row_type& row) {
  if (t.kind != recurrence_kind::state_space) return whole(row, key_heads) * whole(row, key_dim);
  return whole(row, heads) * whole(row, head_dim) + 2 * whole(row, groups) * whole(row, state_size);
}

recurring operator_of(const std::shared_ptr<const kernels>& k, const of_table& t,
                      const row_type& row) {
  recurring p{k, {}, 1.0};
  recurrence<double>& op = p.op;
  op.kind = t.kind;
  op.phase = row.word(stage) == "context" ? phase::prefill : phase::decode;
  op.sequences = row.number(sequences);
  op.new_tokens = row.number(length);
  t.sizes(row, op);
  double value_bytes = 4.0;
  if (is_convolution(row)) {
    const bool three = t.kind == recurrence_kind::delta_attention;
    p.calls = three && op.phase == phase::prefill ? 3.0 : 1.0;
    const integer channels = (three && p.calls == 1.0 ? 3 : 1) * channels_of(t, row);
    op.kind = recurrence_kind::convolution;
    op.state_values = channels * (whole(row, taps) - 1);
    op.flops_per_token = 2 * channels * whole(row, taps);
    op.values_per_token = 2 * channels;
    value_bytes = 2.0;
  }
  op.state_bytes = value_bytes * static_cast<double>(op.state_values);
  return p;
}

bool is_scored(const kernels& k, const row_type& row) {
  const std::string of = row.word(version);
  if (!is_convolution(row)) return row.word(kernel) != "fused_kda_decode";
  if (k.engine == "sglang") return of == "0.5.16";
  if (k.is_vllm()) return row.word(stage) != "context";
  return k.gpu() != "b200-sxm" || of != "1.3.0rc10";
}

bool is_impossible(const kernels& k, const recurring& p, const observation& seen) {
  return p.op.phase == phase::decode && seen.measured < seen.memory &&
         p.op.bytes_moved().value() > k.bare.last_level_cache.value();
}

constexpr std::array<const char*, shardline::recurrence_kind_count> kind_names{
    "convolution", "delta rule", "delta attention", "state space"};

const char* word_of(phase p) { return p == phase::prefill ? "prompts" : "decode"; }

// Studies by chip and engine, kind and phase.
struct study_key {
  std::string chip{};
  recurrence_kind kind = recurrence_kind::convolution;
  phase of = phase::decode;
  friend auto operator<=>(const study_key&, const study_key&) = default;
};
using study_map = std::map<study_key, one_study>;

observation observed_calls(const kernels& k, const recurring& p, double measured) {
  observation seen = observed(k, p.op, measured);
  seen.fitted *= p.calls;
  seen.compute *= p.calls;
  seen.memory *= p.calls;
  seen.kernels *= p.calls;
  return seen;
}

void add_row(const std::shared_ptr<const kernels>& k, const of_table& t, const row_type& row,
             study_map& found) {
  if (!is_scored(*k, row)) return;
  const recurring p = operator_of(k, t, row);
  const study_key key{k->name(), p.op.kind, p.op.phase};
  const std::string title = std::string("recurrences, ") + word_of(key.of);
  const bool drafts = row.word(stage) == "verify";
  const std::string line = std::string(kind_names[static_cast<std::size_t>(key.kind)]) +
                           (drafts ? ", drafts, " : ", ") + key.chip;
  auto at = found.find(key);
  if (at == found.end()) {
    at = found
             .emplace(key, study_of(title + ", " + line,
                                    k->fitted.efficiency.recurrences[p.op.kind], key.kind, key.of))
             .first;
  }
  observation seen = observed_calls(*k, p, row.number(latency) * 1e-3);
  seen.apart = is_impossible(*k, p, seen);
  const std::string group = row.word(taps + 1) + "/" + row.word(taps + 3);
  at->second.samples.push_back({0, p, k->gpu(), group, title, line, seen,
                                !seen.apart && !(drafts && k->engine == "sglang")});
}

study_map studies_of(const std::string& folder) {
  study_map found;
  const auto read = [&](const of_table& t, const std::array<const char*, taps + 5>& columns) {
    for_each_row<taps + 5>(folder, t.name, columns,
                           [&](const auto& k, const auto& row, bool current) {
                             if (current) add_row(k, t, row, found);
                           });
  };
  const std::array<const char*, taps + 5> delta{
      "engine",  "version", "kernel_source", "phase",      "batch_size",  "seq_len",
      "latency", "d_conv",  "num_k_heads",   "head_k_dim", "num_v_heads", "head_v_dim"};
  const std::array<const char*, taps + 5> space{
      "engine",  "version", "kernel_source", "phase",    "batch_size", "seq_len",
      "latency", "d_conv",  "nheads",        "head_dim", "n_groups",   "d_state"};
  read({"gdn", recurrence_kind::delta_rule, &put_rule}, delta);
  read({"kda", recurrence_kind::delta_attention, &put_attention}, delta);
  read({"mamba2", recurrence_kind::state_space, &put_space}, space);
  return found;
}

// What was found of a kind in one phase, and whose it is.
struct part {
  curve found{};
  std::string note{};
};
using part_map = std::map<study_key, part>;

// An engine's own, else another's of the kind, else of a kind alike.
std::optional<part> nearest_part(const part_map& parts, const std::string& gpu,
                                 const std::string& engine, recurrence_kind kind, phase of) {
  const std::array<std::string, 3> engines =
      engine == "vllm"     ? std::array<std::string, 3>{"vllm", "sglang", "trtllm"}
      : engine == "sglang" ? std::array<std::string, 3>{"sglang", "vllm", "trtllm"}
                           : std::array<std::string, 3>{"trtllm", "vllm", "sglang"};
  const auto in_kind = [&](recurrence_kind k) -> std::optional<part> {
    for (const std::string& from : engines) {
      const auto at = parts.find({gpu + " " + from, k, of});
      if (at == parts.end()) continue;
      part p = at->second;
      if (from != engine) p.note = from + "'s, " + p.note;
      return p;
    }
    return {};
  };
  if (const auto own = in_kind(kind)) return own;
  if (kind == recurrence_kind::convolution) return {};
  for (const auto k : {recurrence_kind::delta_rule, recurrence_kind::delta_attention}) {
    if (auto like = in_kind(k)) {
      like->note = std::string("not measured: as a ") + kind_names[static_cast<std::size_t>(k)] +
                   ", " + like->note;
      return like;
    }
  }
  return {};
}

part_map parts_of(const std::string& folder) {
  part_map parts;
  for (const auto& [key, s] : studies_of(folder)) {
    if (s.samples.size() < fewest_rows) continue;
    const findings<curve> f = fit(s, detail::first_numbers(s.samples.size()));
    char note[80];
    std::snprintf(note, sizeof note, "%zu rows, %.1f %%", s.samples.size(), 100.0 * f.fit.mape);
    parts[key] = {f.curves.front(), note};
  }
  return parts;
}

std::string curve_text(const part_map& parts, const std::string& gpu, const std::string& engine,
                       recurrence_kind kind) {
  const std::vector<member<curve>> members{
      {"bandwidth", &curve::bandwidth}, {"launch", &curve::launch}, {"prompt", &curve::prompt},
      {"along", &curve::along},         {"token", &curve::token},   {"sequence", &curve::sequence}};
  const auto decode = nearest_part(parts, gpu, engine, kind, phase::decode);
  const auto prompt = nearest_part(parts, gpu, engine, kind, phase::prefill);
  if (!decode || !prompt) throw std::runtime_error(gpu + ": no recurrences under " + engine);
  curve both = prompt->found;
  both.bandwidth = decode->found.bandwidth;
  both.launch = decode->found.launch;
  return "// " + std::string(kind_names[static_cast<std::size_t>(kind)]) + "\n//   decode " +
         decode->note + "\n//   prompts " + prompt->note + "\n" + initialiser("", members, both);
}

}  // namespace

scores recurrence_scores(const std::string& folder) {
  studies<curve, recurring> all;
  for (auto& [key, s] : studies_of(folder)) all.push_back(std::move(s));
  scores found;
  add_scores(std::move(all), found);
  return found;
}

std::string recurrences_header(const std::string& folder) {
  const part_map parts = parts_of(folder);
  std::string text =
      "/// Recurrences of the chips and engines that they were measured of, as bench_calibrate "
      "writes\n/// this file: of each kind whose they are, rows of the table and mean error in the "
      "fit.\n#pragma once\n\n#include \"shardline/chips/curves.hpp\"\n\n"
      "namespace shardline::catalog::curves {\n\n";
  for (const char* gpu : {"h100-sxm", "h200-sxm", "b200-sxm"}) {
    for (const char* engine : {"sglang", "trtllm", "vllm"}) {
      text += "inline constexpr by_recurrence<recurrence_curve<>> " +
              identifier(std::string(gpu) + " " + engine) + "_recurrences{{{\n";
      for (std::size_t k = 0; k < shardline::recurrence_kind_count; ++k) {
        text += curve_text(parts, gpu, engine, static_cast<recurrence_kind>(k)) + ",\n";
      }
      text += "}}};\n\n";
    }
  }
  return text + "}  // namespace shardline::catalog::curves\n";
}

}  // namespace accuracy
