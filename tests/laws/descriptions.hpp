// SPDX-License-Identifier: BSL-1.0
/// What is drawn, in words: what is needed to see a failing case at a glance; the case number gives
/// the rest.
#pragma once

#include <cstddef>
#include <cstdint>
#include <sstream>
#include <string>
#include <variant>

#include "dice.hpp"
#include "shardline/shardline.hpp"

namespace laws {

using policy = sl::constant;
using cluster = sl::basic_cluster<double, policy>;

inline std::string describe(const sl::layout& l) {
  std::ostringstream s;
  s << "tp " << l.attention.tp << " cp " << l.attention.cp << " dp " << l.attention.dp << " etp "
    << l.expert.etp << " ep " << l.expert.ep << " edp " << l.expert.edp << " pp " << l.pp << ' '
    << name(l.dispatch) << " remainder " << static_cast<int>(l.stages.remainder) << " listed";
  for (const std::uint16_t own : l.stages.listed) s << ' ' << own;
  s << " redundant " << l.redundant_experts << " dcp " << l.dcp;
  return s.str();
}

/// The fields of a kind of block by their names.
template <class Kind>
struct field_writer {
  std::ostream& s;
  const Kind& kind;

  template <class Range>
  void operator()(const char* name, Range, integer Kind::*member) const {
    s << ' ' << name << ' ' << kind.*member;
  }
  template <class Value>
  void operator()(const char* name, Value Kind::*member) const {
    s << ' ' << name << ' ' << static_cast<integer>(kind.*member);
  }
};

template <class Variant>
void describe_kind(std::ostream& s, const char* half, const Variant& kinds) {
  s << half;
  std::visit(
      [&s]<class Kind>(const Kind& kind) {
        s << ' ' << Kind::kind_name;
        Kind::fields(field_writer<Kind>{s, kind});
      },
      kinds);
}

inline std::string describe(const sl::model& m) {
  std::ostringstream s;
  s << "hidden " << m.hidden_size << " vocab " << m.vocab_size << " tied " << m.tied_embeddings
    << " head bias " << m.head_bias << " norm bias " << m.norm_bias << m.embedding_norm
    << m.bare_norms << m.no_last_norm << " rows " << m.embedding_width << " streams " << m.streams
    << m.streams_apart << m.streams_averaged << m.streams_rank << " versions " << m.updates.versions
    << '/' << m.updates.low_rank << " blocks " << m.residual_blocks << " per layer "
    << m.per_layer.width << '/' << m.per_layer.vocab_size << " positions " << m.positions << " mtp "
    << m.mtp_layers << " cache " << name(m.kv_cache.element) << '/' << m.kv_cache.group << '/'
    << m.kv_cache.scale_bits;
  for (const sl::layer_run& run : m.layers.runs) {
    const sl::layer& l = m.layers.kinds[run.kind];
    s << "\n  " << run.layers << " x ";
    describe_kind(s, "attention", l.attention);
    describe_kind(s, ", feed-forward", l.feed_forward);
    s << ", form " << static_cast<int>(l.form);
    for (const sl::format_exception& e : l.exceptions) {
      s << ", except";
      for (const sl::weight_class c : sl::all_weight_classes) {
        if (e.classes.contains(c)) s << ' ' << name(c);
      }
      s << " in " << name(e.format.element);
    }
  }
  return s.str();
}

inline std::string describe(const sl::workload& w) {
  std::ostringstream s;
  s << "concurrency " << w.concurrency << " input " << w.input.value() << " output "
    << w.output.value() << " chunk " << (w.chunk ? w.chunk->value() : 0.0) << " imbalance "
    << w.expert_imbalance;
  return s.str();
}

inline std::string describe(const cluster& c) {
  std::ostringstream s;
  s << "peaks";
  for (std::size_t i = 0; i < sl::precision_count; ++i) {
    s << ' ' << c.accelerator.peak[static_cast<sl::precision>(i)].value();
  }
  s << " rate " << c.accelerator.memory_rate.value() << " domain " << c.gpus_per_domain
    << " scale-up " << c.scale_up.rate.value() << '/' << c.scale_up.latency.value() << " network "
    << c.network.rate.value() << '/' << c.network.latency.value() << " page "
    << c.runtime.page_tokens << " budget " << c.runtime.budget.index() << " step "
    << c.runtime.step_tokens << '/' << c.runtime.step_sequences << " logit "
    << c.runtime.logit_bytes << " padding " << c.runtime.padding.vocabulary << '/'
    << c.runtime.padding.mxfp4_width << " reserve " << c.runtime.reserve.value() << " graphs "
    << c.runtime.cuda_graphs.value();
  return s.str();
}

}  // namespace laws
