// SPDX-License-Identifier: BSL-1.0
/// A question as text that a browser hands back: the same description writes and reads it, number
/// for number, so that what is read is bit for bit what was written.
#pragma once

#include <array>
#include <bit>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

#include "question.hpp"

namespace planner::page {

namespace wired {

/// Writes numbers as hexadecimal digits, a space behind each, and texts behind their lengths.
class writer {
 public:
  static constexpr bool reads = false;
  void bits(std::uint64_t& x) {
    constexpr std::string_view hex = "0123456789abcdef";
    std::string digits;
    for (std::uint64_t left = x; left > 0 || digits.empty(); left >>= 4U) {
      digits.insert(digits.begin(), hex[left & 15U]);
    }
    text_ += digits + ' ';
  }
  void text(std::string& x) {
    auto length = static_cast<std::uint64_t>(x.size());
    bits(length);
    text_ += x + ' ';
  }
  [[nodiscard]] std::string take() { return std::move(text_); }

 private:
  std::string text_{};
};

/// Reads them; what is not there reads as zero, and `failed` says so.
class reader {
 public:
  static constexpr bool reads = true;
  explicit reader(std::string_view written) : left_(written) {}

  void bits(std::uint64_t& x) {
    x = 0;
    const std::size_t end = left_.find(' ');
    failed_ = failed_ || end == std::string_view::npos || end == 0;
    if (failed_) return;
    for (const char c : left_.substr(0, end)) {
      const bool digit = c >= '0' && c <= '9';
      failed_ = failed_ || !(digit || (c >= 'a' && c <= 'f'));
      x = (x << 4U) | static_cast<std::uint64_t>(digit ? c - '0' : c - 'a' + 10);
    }
    left_.remove_prefix(end + 1);
  }
  void text(std::string& x) {
    std::uint64_t length = 0;
    bits(length);
    failed_ = failed_ || length >= left_.size();
    if (failed_) return;
    x = left_.substr(0, static_cast<std::size_t>(length));
    left_.remove_prefix(static_cast<std::size_t>(length) + 1);
  }
  [[nodiscard]] bool failed() const { return failed_; }

 private:
  std::string_view left_;
  bool failed_ = false;
};

template <class Wire, class Number>
void number(Wire& wire, Number& x) {
  std::uint64_t bits = 0;
  if constexpr (std::is_floating_point_v<Number>) {
    bits = std::bit_cast<std::uint64_t>(x);
  } else {
    bits = static_cast<std::uint64_t>(x);
  }
  wire.bits(bits);
  if constexpr (!Wire::reads) return;
  if constexpr (std::is_floating_point_v<Number>) {
    x = std::bit_cast<Number>(bits);
  } else {
    x = static_cast<Number>(bits);
  }
}

template <class Wire>
void put(Wire& wire, std::string& x) {
  wire.text(x);
}
template <class Wire, class Number>
requires(std::is_arithmetic_v<Number> || std::is_enum_v<Number>) void put(Wire& wire, Number& x) {
  number(wire, x);
}
template <class Wire, class Quantity>
requires requires(Quantity q) { Quantity::from_value(q.value()); }
void put(Wire& wire, Quantity& x) {
  auto value = x.value();
  put(wire, value);
  x = Quantity::from_value(value);
}
template <class Wire>
void put(Wire& wire, shardline::short_name& x) {
  std::string text(x.view());
  wire.text(text);
  x = shardline::short_name(text);
}
template <class Wire, class T>
void put(Wire& wire, std::optional<T>& x) {
  bool some = x.has_value();
  put(wire, some);
  if (some && !x) x.emplace();
  if (some) put(wire, *x);
}
template <class Wire, class T, std::size_t N>
void put(Wire& wire, std::array<T, N>& x) {
  for (T& item : x) put(wire, item);
}
template <class Wire, class T, std::size_t N>
void put(Wire& wire, shardline::bounded<T, N>& x) {
  put(wire, x.length);
  put(wire, x.overflowed);
  x.length = x.length < N ? x.length : N;
  for (std::size_t i = 0; i < x.length; ++i) put(wire, x.items[i]);
}
template <class Wire, class T>
void put(Wire& wire, std::vector<T>& x) {
  std::uint64_t length = x.size();
  wire.bits(length);
  for (std::uint64_t i = 0; i < length; ++i) {
    if (i == x.size()) x.emplace_back();
    put(wire, x[static_cast<std::size_t>(i)]);
    if constexpr (Wire::reads) {
      if (wire.failed()) return;
    }
  }
}
template <class Wire, class A, class B>
void put(Wire& wire, std::pair<A, B>& x) {
  put(wire, x.first);
  put(wire, x.second);
}

// Each alternative by its place.
template <std::size_t I = 0, class Wire, class... Kinds>
void put_alternative(Wire& wire, std::variant<Kinds...>& x, std::size_t place) {
  if constexpr (I < sizeof...(Kinds)) {
    if (place != I) return put_alternative<I + 1>(wire, x, place);
    if (x.index() != I) x.template emplace<I>();
    put(wire, std::get<I>(x));
  }
}
template <class Wire, class... Kinds>
void put(Wire& wire, std::variant<Kinds...>& x) {
  std::size_t place = x.index();
  put(wire, place);
  put_alternative(wire, x, place);
}

// Hears the members of a kind of block, all of which it lists (work/kind.hpp).
template <class Wire, class Kind>
struct members {
  Wire& wire;
  Kind& kind;

  template <class Range, class Value>
  void operator()(const char* /*name*/, Range, Value Kind::*member) {
    put(wire, kind.*member);
  }
  template <class Value>
  void operator()(const char* /*name*/, Value Kind::*member) {
    put(wire, kind.*member);
  }
};
template <class Wire, class Kind>
requires requires(members<Wire, Kind> list) { Kind::fields(list); }
void put(Wire& wire, Kind& x) { Kind::fields(members<Wire, Kind>{wire, x}); }

template <class Wire, class... Members>
void all(Wire& wire, Members&... each) {
  (put(wire, each), ...);
}

template <class Wire>
void put(Wire& w, shardline::weight_format& x) {
  all(w, x.element, x.math, x.group_k, x.group_n, x.scale_bits, x.zero_bits, x.matrix_bits);
}
template <class Wire>
void put(Wire& w, shardline::cache_format& x) {
  all(w, x.element, x.group, x.scale_bits);
}
template <class Wire>
void put(Wire& w, shardline::format_exception& x) {
  all(w, x.classes.bits, x.format, x.roles.bits);
}
template <class Wire>
void put(Wire& w, shardline::format_exceptions& x) {
  put(w,
      static_cast<shardline::bounded<shardline::format_exception,
                                     shardline::highest_count(shardline::field::exceptions)>&>(x));
}
template <class Wire>
void put(Wire& w, shardline::layer& x) {
  all(w, x.attention, x.feed_forward, x.form, x.exceptions, x.weights_of_another);
}
template <class Wire>
void put(Wire& w, shardline::layer_run& x) {
  all(w, x.layers, x.kind);
}
template <class Wire>
void put(Wire& w, shardline::model& x) {
  all(w, x.name, x.hidden_size, x.vocab_size, x.tied_embeddings, x.head_bias, x.norm_bias,
      x.bare_norms, x.embedding_norm, x.no_last_norm, x.embedding_width, x.streams, x.streams_apart,
      x.streams_averaged, x.streams_rank, x.updates.versions, x.updates.low_rank, x.residual_blocks,
      x.per_layer.width, x.per_layer.vocab_size, x.positions, x.extra_rows, x.layers.kinds,
      x.layers.runs, x.mtp_layers, x.max_context, x.weights.of, x.activations, x.kv_cache);
}

template <class Wire>
void put(Wire& w, shardline::basic_link<>& x) {
  all(w, x.rate, x.latency);
}
template <class Wire>
void put(Wire& w, shardline::accelerator& x) {
  all(w, x.name, x.vendor, x.architecture, x.peak.fp32, x.peak.tf32, x.peak.bf16, x.peak.fp16,
      x.peak.fp8, x.peak.int8, x.peak.fp4, x.peak.int4, x.memory, x.memory_rate, x.scale_up,
      x.domain, x.mesh, x.network, x.multiprocessors, x.last_level_cache, x.torus.axes,
      x.torus.ring);
}
template <class Wire>
void put(Wire& w, shardline::fraction_of_total<>& x) {
  all(w, x.share, x.graphs_inside);
}
template <class Wire>
void put(Wire& w, shardline::fraction_of_free<>& x) {
  put(w, x.share);
}
template <class Wire>
void put(Wire& w, shardline::static_fraction<>& x) {
  put(w, x.share);
}
template <class Wire>
void put(Wire& w, shardline::derived_static<>& x) {
  all(w, x.share, x.base, x.per_token, x.least_tokens, x.per_gpu, x.per_sequence,
      x.per_replica_sequence, x.per_replica_sequence_above, x.many_sequences, x.least,
      x.least_from);
}
template <class Wire>
void put(Wire& w, shardline::runtime& x) {
  all(w, x.budget, x.reserve, x.communicators, x.cuda_graphs, x.page_tokens, x.step_tokens,
      x.shared_step, x.step_sequences, x.captured.below_four, x.captured.from_four, x.schedule,
      x.logit_bytes, x.padding.vocabulary, x.padding.mxfp4_width, x.padding.mxfp4_hidden,
      x.padding.segment, x.reserved_output, x.experts.exchange, x.experts.dispatch,
      x.experts.combine, x.experts.overlap_shared, x.buffers.inside, x.buffers.across,
      x.buffers.value_bytes, x.buffers.tokens, x.two_batch_overlap);
}
template <class Wire>
void put(Wire& w, shardline::cluster& x) {
  all(w, x.accelerator, x.gpus, x.gpus_per_domain, x.scale_up, x.network, x.runtime);
}
// Loads that were observed stay behind: no option of the planner states any.
template <class Wire>
void put(Wire& w, shardline::workload& x) {
  all(w, x.concurrency, x.input, x.output, x.output_cv, x.chunk, x.prefix_hit, x.host_cache.hit,
      x.host_cache.rate, x.rate, x.num_prompts, x.speculation.draft_tokens,
      x.speculation.acceptance, x.speculation.draft_time, x.routing.law, x.routing.exponent,
      x.expert_imbalance, x.max_ttft, x.max_tpot);
}

template <class Wire>
void put(Wire&, shardline::datasheet&) {}
template <class Wire>
void put(Wire& w, shardline::constant& x) {
  all(w, x.mfu, x.bandwidth, x.link, x.launch);
}
template <class Wire>
void put(Wire& w, const shardline::engine_version*& x) {
  std::string name(x == nullptr ? "" : x->name);
  w.text(name);
  x = shardline::find_engine(name);
}

template <class Wire>
void put(Wire& w, question& x) {
  all(w, x.model, x.cluster, x.efficiency, x.workload, x.convention, x.engine, x.lines, x.top,
      x.checkpoint, x.host_cache, x.words);
}

}  // namespace wired

[[nodiscard]] inline std::string written(question q) {
  wired::writer wire;
  wired::put(wire, q);
  return wire.take();
}

/// What was written; none where a text is something else.
[[nodiscard]] inline std::optional<question> read_question(std::string_view text) {
  wired::reader wire(text);
  question q;
  wired::put(wire, q);
  const auto* engine = std::get_if<const shardline::engine_version*>(&q.efficiency);
  if (wire.failed() || (engine != nullptr && *engine == nullptr)) return std::nullopt;
  return q;
}

}  // namespace planner::page
