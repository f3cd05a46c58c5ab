// SPDX-License-Identifier: BSL-1.0
/// An engine's constants in one line, so that what was assumed can be read and contradicted.
#pragma once

#include <string>

#include "shardline/base/alternative.hpp"
#include "shardline/describe/engine.hpp"
#include "shardline/io/text/units.hpp"

namespace shardline {

namespace detail {

// "0.9", or "all" of something.
inline std::string share_text(double share) { return share == 1.0 ? "all" : in_full(share); }

struct budget_rule_text {
  std::string& text;
  template <class T>
  void operator()(const fraction_of_total<T>& r) const {
    text = share_text(value_of(r.share)) + " of the memory";
    if (r.graphs_inside) text += ", CUDA graphs within";
  }
  template <class T>
  void operator()(const fraction_of_free<T>& r) const {
    text = "KV cache in " + share_text(value_of(r.share)) + " of what the rest leaves free";
  }
  template <class T>
  void operator()(const static_fraction<T>& r) const {
    text = "weights and KV cache in " + share_text(value_of(r.share)) + " of the memory";
  }
  template <class T>
  void operator()(const derived_static<T>& r) const {
    text = "weights and KV cache in the share that the engine derives";
    if (value_of(r.share) < 1.0) text += ", at most " + in_full(value_of(r.share));
  }
};

// "; 133 MiB reserved", and nothing for 0 bytes.
template <class T>
std::string held_text(const bytes<T>& held, std::string_view what) {
  const double b = value_of(held.value());
  return b > 0.0 ? "; " + binary_bytes(b) + std::string(what) : std::string();
}

template <class T>
std::string step_text(const basic_runtime<T>& r) {
  if (!(value_of(r.step_tokens) > 0.0)) return "; room for the workload's largest step";
  const double sequences = value_of(r.step_sequences);
  return "; room for steps of " + in_full(value_of(r.step_tokens)) + " tokens" +
         (r.shared_step ? " of all replicas" : "") +
         (sequences > 0.0 ? ", " + in_full(sequences) + " sequences" : "");
}

// The default goes without saying.
inline std::string schedule_text(scheduler s) {
  if (s == scheduler::chunked) return "";
  return s == scheduler::prompts_first ? "; prompts before decoding" : "; whole prompts alone";
}

inline std::string padding_text(const shard_padding& p) {
  std::string text;
  if (p.vocabulary > 1) text += "; vocabulary padded to " + std::to_string(p.vocabulary);
  if (p.mxfp4_width > 1) text += "; MXFP4 experts padded to " + std::to_string(p.mxfp4_width);
  if (p.mxfp4_hidden > 1) text += " by " + std::to_string(p.mxfp4_hidden);
  if (p.segment > 1) {
    text += "; tensors in segments of " + binary_bytes(static_cast<double>(p.segment));
  }
  return text;
}

inline std::string execution_text(const expert_execution& e) {
  std::string text;
  if (e.exchange != expert_exchange::pairwise) {
    text += "; experts' tokens by " + std::string(name(e.exchange)) + " exchange";
  }
  if (e.dispatch) text += "; sent in " + std::string(name(*e.dispatch));
  if (e.combine) text += "; results in " + std::string(name(*e.combine));
  if (e.overlap_shared) text += "; shared experts beside the exchange";
  return text;
}

}  // namespace detail

/// "0.9 of the memory; 133 MiB reserved; pages of 16 tokens; ...": what describe/engine.hpp
/// explains, bytes and tokens with their units, constants of 0 and 1 left out.
template <class T>
[[nodiscard]] std::string to_text(const basic_runtime<T>& r) {
  std::string text;
  visit_alternative(r.budget, detail::budget_rule_text{text});
  text += detail::held_text(r.reserve, " reserved");
  text += detail::held_text(r.communicators, " more with peers");
  text += detail::held_text(r.cuda_graphs, " of CUDA graphs");
  text += "; pages of " + std::to_string(r.page_tokens) + " tokens" + detail::step_text(r);
  text += detail::schedule_text(r.schedule);
  if (value_of(r.logit_bytes) > 0.0) {
    text += "; " + in_full(value_of(r.logit_bytes)) + " bytes per logit";
  }
  text += detail::padding_text(r.padding) + detail::execution_text(r.experts);
  return text + (r.two_batch_overlap ? "; two batches overlapped" : "");
}

}  // namespace shardline
