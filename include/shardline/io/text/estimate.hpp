// SPDX-License-Identifier: BSL-1.0
/// Estimates as text: where the bytes are, where the time goes, what a loaded deployment delivers.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "shardline/base/parts.hpp"
#include "shardline/estimate/disaggregation.hpp"
#include "shardline/estimate/estimate.hpp"
#include "shardline/io/rank_map.hpp"
#include "shardline/io/text/feasibility.hpp"
#include "shardline/io/text/table.hpp"
#include "shardline/io/text/units.hpp"
#include "shardline/memory/stages.hpp"
#include "shardline/model/parameters.hpp"

namespace shardline {

namespace detail {

inline std::string share_of(double part, double whole) {
  return percent(whole > 0.0 ? part / whole : 0.0);
}

template <class T>
void add_row(text_table& table, std::string_view label, const bytes<T>& part,
             const bytes<T>& whole) {
  const double b = value_of(part.value());
  table.add({std::string(label), decimal_bytes(b), binary_bytes(b),
             share_of(b, value_of(whole.value()))});
}

// The same as a part of the row above it, without a share of its own.
template <class T>
void add_part(text_table& table, std::string_view label, const bytes<T>& part) {
  const double b = value_of(part.value());
  if (b > 0.0) table.add({"  " + std::string(label), decimal_bytes(b), binary_bytes(b)});
}

template <class T>
std::string bounds_line(const basic_time<T>& t) {
  std::string line;
  for (std::size_t i = 0; i < bound_count; ++i) {
    const auto b = static_cast<bound>(i);
    const double part = value_of(t[b].value());
    line += (i > 0 ? ", " : "") + std::string(name(b)) + " " +
            share_of(part, value_of(t.total().value()));
  }
  return line;
}

}  // namespace detail

/// Numbers of parameters, and stored bytes, by weight class, classes that the model lacks left out.
///   Llama-3.1-8B: "1.34B  2.68 GB  2.50 GiB" of attention   (tests/io/documented.cpp)
[[nodiscard]] inline std::string to_text(const weight_totals& w) {
  text_table table("lrrr");
  for (std::size_t i = 0; i < weight_class_count; ++i) {
    const auto c = static_cast<weight_class>(i);
    if (w[c] == 0) continue;
    const double stored = w.bytes_of(c).value();
    table.add({std::string(name(c)), short_number(static_cast<double>(w[c])), decimal_bytes(stored),
               binary_bytes(stored)});
  }
  const double stored = w.total_bytes().value();
  table.add({"total", short_number(static_cast<double>(w.total())), decimal_bytes(stored),
             binary_bytes(stored)});
  return table.text("  ");
}

namespace detail {

inline void add_classes(text_table& table, const weight_totals& w) {
  for (std::size_t i = 0; i < weight_class_count; ++i) {
    const auto c = static_cast<weight_class>(i);
    add_part(table, name(c), w.bytes_of(c));
  }
}

// The residual stream and the operator that needs most beside it, the first of equals.
template <class T>
void add_activation(text_table& table, const basic_workspace<T>& w) {
  const term peak = peak_operator(w);
  add_part(table, "residual stream", w.residual);
  add_part(table, name(peak), w[peak]);
}

// ", 8 ranks", or ", 4 ranks, 8 apart".
inline std::string group_text(const rank_group& g) {
  const std::string apart = g.stride == 1 ? "" : ", " + std::to_string(g.stride) + " apart";
  return ", " + std::to_string(g.size) + " ranks" + apart;
}

template <class T>
void add_buffers(text_table& table, const basic_workspace<T>& w) {
  for (std::size_t i = 0; i < w.keys.size(); ++i) {
    const buffer_key& key = w.keys[i];
    add_part(table, std::string(name(term_of(key.kind))) + group_text(key.group), w.buffers[i]);
  }
}

// The parts and their shares of the capacity; with the details of a stage, if there are any, below
// the part they belong to.
template <class T>
std::string memory_table(const basic_memory<T>& m, const basic_stage_memory<T>* details) {
  const bool more = details != nullptr;
  text_table table("lrrr");
  add_row(table, "weights", m.weights, m.capacity);
  if (more) add_classes(table, details->weights);
  add_row(table, "KV cache", m.kv_cache, m.capacity);
  if (value_of(m.state.value()) > 0.0) add_row(table, "state", m.state, m.capacity);
  add_row(table, "activations", m.activation, m.capacity);
  if (more) add_activation(table, details->workspace);
  add_row(table, "communication", m.communication, m.capacity);
  if (more) add_buffers(table, details->workspace);
  add_row(table, "reserve", m.reserve, m.capacity);
  if (value_of(m.withheld.value()) > 0.0) add_row(table, "withheld", m.withheld, m.capacity);
  add_row(table, "total", m.total(), m.capacity);
  add_row(table, "capacity", m.capacity, m.capacity);
  return table.text("  ") + "  room for " + in_full(value_of(m.kv_capacity.value())) +
         " tokens of KV cache\n";
}

}  // namespace detail

/// The parts of a GPU's memory in bytes, their shares of its capacity in per cent, and what else
/// fits; recurrent state and what the engine withholds only where there are any.
///   Llama-3.1-8B, 16 sequences on one H100: "16.1 GB  15.0 GiB   18.9 %" of weights
///   (tests/io/documented.cpp)
template <class T>
[[nodiscard]] std::string to_text(const basic_memory<T>& m) {
  return detail::memory_table<T>(m, nullptr);
}

/// The same of a pipeline stage, with the weights by class, the operator whose activations are
/// largest, and the buffers of each collective.
///   the same: 26.7 % in all   (tests/io/documented.cpp)
template <class T>
[[nodiscard]] std::string to_text(const basic_stage_memory<T>& s) {
  return detail::memory_table(s.memory, &s);
}

/// The terms that take any time, in the order of the model, in seconds, their shares in per cent,
/// and what bounds them.
///   3 s of norms of 4 s: "75.0 %"   (tests/io/documented.cpp)
template <class T>
[[nodiscard]] std::string to_text(const basic_time<T>& t) {
  const double total = value_of(t.total().value());
  text_table table("lrr");
  for_each_addend(t, [&](std::string_view line, const seconds<T>& spent) {
    const double part = value_of(spent.value());
    if (part == 0.0) return;
    table.add({std::string(line), short_seconds(part), detail::share_of(part, total)});
  });
  table.add({"total", short_seconds(total), detail::share_of(total, total)});
  return table.text("  ") + "  bound by " + std::string(name(t.bounded_by())) + ": " +
         detail::bounds_line(t) + '\n';
}

namespace detail {

// A mean number of things: "64" where it is whole, "12.3" where it is not.
inline std::string mean_number(double x) { return round_up(x) == x ? in_full(x) : short_number(x); }

inline constexpr std::string_view grows = "grows without end";

// "64 sequences", or "64 sequences, of which 48 run".
template <class T>
std::string in_flight_text(const basic_serving<T>& s) {
  const std::string running = mean_number(value_of(s.running));
  if (!s.stable()) return std::string(grows) + ", " + running + " sequences run";
  const std::string all = mean_number(value_of(s.concurrency));
  return all + " sequences" + (running == all ? "" : ", of which " + running + " run");
}

}  // namespace detail

/// A time per output token with its unit, as to_text() has it; "-" where answers are of one token
/// and there is none.
///   of 25 ms: "25.0 ms"   (tests/io/documented.cpp)
template <class T>
[[nodiscard]] std::string tpot_text(const seconds<T>& tpot) {
  return value_of(tpot.value()) > 0.0 ? to_text(tpot) : "-";
}

/// A time to first token with its unit, as to_text() has it; "grows without end" where its queue
/// does.
///   of 243 ms: "243 ms"   (tests/io/documented.cpp)
template <class T>
[[nodiscard]] std::string ttft_text(const basic_serving<T>& s) {
  return s.stable() ? to_text(s.ttft) : std::string(detail::grows);
}

/// "eight in ten 113 ms to 152 ms", a band of seconds; nothing where low and high are the same,
/// since then nothing is known; "nine in ten over 113 ms, without end in some" where high is
/// infinite, since slower steps would let a queue grow for ever.   (tests/io/documented.cpp)
template <class T>
[[nodiscard]] std::string to_text(const basic_band<T>& b) {
  const double low = value_of(b.low.value());
  const double high = value_of(b.high.value());
  if (is_finite(low) && !is_finite(high)) {
    return "nine in ten over " + short_seconds(low) + ", without end in some";
  }
  return low == high ? "" : "eight in ten " + short_seconds(low) + " to " + short_seconds(high);
}

/// The steady state, a line for each figure with its unit, and the bands of both times where they
/// say anything.
///   2280 tokens/s: "2.28k tokens/s"   (tests/io/documented.cpp)
template <class T>
[[nodiscard]] std::string to_text(const basic_serving<T>& s, const basic_bands<T>& bands = {}) {
  text_table table("lll");
  table.add({"in flight", detail::in_flight_text(s)});
  table.add({"requests", to_text(s.requests_per_s)});
  const double utilisation = value_of(s.utilisation);
  if (utilisation != 1.0) table.add({"utilisation", percent(utilisation)});
  if (s.stable()) {
    table.add({"time to first token", ttft_text(s), to_text(bands.ttft)});
    if (value_of(s.waiting.value()) > 0.0) table.add({"  of it waiting", to_text(s.waiting)});
  } else {
    table.add({"time to first token", ttft_text(s)});
  }
  table.add({"time per output token", tpot_text(s.tpot), to_text(bands.tpot)});
  table.add({"output", to_text(s.output_tokens_per_s)});
  table.add({"output per GPU", to_text(s.output_tokens_per_s_per_gpu)});
  table.add({"input and output per GPU", to_text(s.total_tokens_per_s_per_gpu)});
  return table.text("  ");
}

namespace detail {

template <class T>
std::string in_band(const basic_band<T>& b) {
  const std::string range = to_text(b);
  return range.empty() ? "" : ", " + range;
}

template <class T>
std::string times_text(const basic_estimate<T>& e) {
  return "\nprefill of one request alone" + in_band(e.bands.prefill) + '\n' + to_text(e.prefill) +
         "\none decode step of all sequences" + in_band(e.bands.decode) + '\n' + to_text(e.decode) +
         "\nserving in steady state\n" + to_text(e.serving, e.bands);
}

}  // namespace detail

/// The verdict; then, where the layout could be priced, the tables of memory, prefill, decode and
/// serving, figures with their units.
///   Llama-3.1-8B, 16 sequences on one H100: "5.97 ms" of decode   (tests/io/documented.cpp)
template <class T>
[[nodiscard]] std::string to_text(const basic_estimate<T>& e) {
  const std::string verdict = to_text(e.feasibility);
  if (!e.feasibility.priceable()) return verdict + "no figures: the layout cannot be priced\n";
  return verdict + "\nmemory of the fullest GPU, share of its capacity\n" + to_text(e.memory) +
         detail::times_text(e);
}

/// "memory of the fullest GPU, in stage 3 (layers 46-60), share of its capacity", and its table,
/// to_text() of the stage.   (tests/io/text.cpp)
template <class T>
[[nodiscard]] std::string memory_text(const basic_stage_memory<T>& fullest, const layout& l) {
  std::string which;
  if (l.pp > 1) {
    which = ", in stage " + std::to_string(fullest.stage) + " (" +
            to_text("layer", fullest.layers) + ")";
  }
  return "memory of the fullest GPU" + which + ", share of its capacity\n" + to_text(fullest);
}

/// The same of an estimate `e` of the layout `l` that was priced, with the memory in detail, as
/// memory_text() has it.
///   the same: 26.7 % of the memory   (tests/io/documented.cpp)
template <class T>
[[nodiscard]] std::string to_text(const basic_estimate<T>& e, const layout& l,
                                  const basic_stage_memory<T>& fullest) {
  return to_text(e.feasibility) + '\n' + memory_text(fullest, l) + detail::times_text(e);
}

namespace detail {

// "prefill: feasible", and what is wrong with a pool.
inline std::string pool_text(std::string_view pool, const report& r) {
  return std::string(pool) + ": " + to_text(r);
}

}  // namespace detail

/// The verdict on each pool; then, where both could be priced, what each can serve, what a cache's
/// way takes, and what users see, figures with their units.
///   pools of one H100 each, Llama-3.1-8B, 16 sequences: "5.37 ms" for a cache's way
///   (tests/io/documented.cpp)
template <class T>
[[nodiscard]] std::string to_text(const basic_disaggregated<T>& d) {
  const std::string verdict =
      detail::pool_text("prefill", d.prefill) + detail::pool_text("decode", d.decode);
  if (!d.prefill.priceable() || !d.decode.priceable()) {
    return verdict + "no figures: the layout cannot be priced\n";
  }
  text_table table("ll");
  table.add({"prefill serves at most", to_text(d.prefill_rate)});
  table.add({"decode serves at most", to_text(d.decode_rate)});
  table.add({"cache transfer", to_text(d.transfer)});
  return verdict + "\npools\n" + table.text("  ") + "\nserving in steady state\n" +
         to_text(d.serving, d.bands);
}

}  // namespace shardline
