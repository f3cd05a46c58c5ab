/// Estimates as text: where the bytes are, where the time goes, what a loaded deployment delivers.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "shardline/cost/parameters.hpp"
#include "shardline/estimate/estimate.hpp"
#include "shardline/io/text/feasibility.hpp"
#include "shardline/io/text/table.hpp"
#include "shardline/io/text/units.hpp"

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

/// Parameters and stored bytes by weight class, classes that the model lacks left out.
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

/// The five parts of the fullest GPU's memory and their shares of its capacity, and what else fits.
template <class T>
[[nodiscard]] std::string to_text(const basic_memory<T>& m) {
  text_table table("lrrr");
  detail::add_row(table, "weights", m.weights, m.capacity);
  detail::add_row(table, "KV cache", m.kv_cache, m.capacity);
  detail::add_row(table, "activations", m.activation, m.capacity);
  detail::add_row(table, "communication", m.communication, m.capacity);
  detail::add_row(table, "reserve", m.reserve, m.capacity);
  detail::add_row(table, "total", m.total(), m.capacity);
  detail::add_row(table, "capacity", m.capacity, m.capacity);
  return table.text("  ") + "  room for " + in_full(value_of(m.kv_capacity.value())) +
         " tokens of KV cache\n";
}

/// The terms that take any time, in the order of the model, their shares, and what bounds them.
template <class T>
[[nodiscard]] std::string to_text(const basic_time<T>& t) {
  const double total = value_of(t.total().value());
  text_table table("lrr");
  for (std::size_t i = 0; i < term_count; ++i) {
    const double part = value_of(t.terms[i].value());
    if (part == 0.0) continue;
    table.add({std::string(name(static_cast<term>(i))), short_seconds(part),
               detail::share_of(part, total)});
  }
  table.add({"total", short_seconds(total), detail::share_of(total, total)});
  return table.text("  ") + "  bound by " + std::string(name(t.bounded_by())) + ": " +
         detail::bounds_line(t) + '\n';
}

/// The steady state, one figure a line.
template <class T>
[[nodiscard]] std::string to_text(const basic_serving<T>& s) {
  text_table table("ll");
  table.add({"concurrency", in_full(value_of(s.concurrency)) + " sequences"});
  table.add({"time to first token", to_text(s.ttft)});
  table.add({"time per output token", to_text(s.tpot)});
  table.add({"output", to_text(s.output_tokens_per_s)});
  table.add({"output per GPU", to_text(s.output_tokens_per_s_per_gpu)});
  table.add({"input and output per GPU", to_text(s.total_tokens_per_s_per_gpu)});
  return table.text("  ");
}

/// The verdict; then, where the layout could be priced, memory, prefill, decode and serving.
template <class T>
[[nodiscard]] std::string to_text(const basic_estimate<T>& e) {
  std::string out = to_text(e.feasibility);
  if (!e.feasibility.priceable()) return out + "no figures: the layout cannot be priced\n";
  out += "\nmemory of the fullest GPU, share of its capacity\n" + to_text(e.memory);
  out += "\nprefill of one request alone\n" + to_text(e.prefill);
  out += "\none decode step of all sequences\n" + to_text(e.decode);
  out += "\nserving in steady state\n" + to_text(e.serving);
  return out;
}

}  // namespace shardline
