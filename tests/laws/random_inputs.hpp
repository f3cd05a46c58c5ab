// SPDX-License-Identifier: BSL-1.0
/// Random clusters, models, layouts and workloads for the laws. One seed, one sequence: a failing
/// case is found again by its number.
#pragma once

#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <numeric>
#include <random>
#include <sstream>
#include <string>
#include <variant>
#include <vector>

#include "dice.hpp"
#include "random_kinds.hpp"
#include "shardline/shardline.hpp"

namespace laws {

/// Any layout whose two meshes agree: etp and ep divide what edp leaves of the ranks. Every rule
/// for the remainder of the stages; with or without copies of experts.
inline sl::layout random_layout(dice& d, count most_stages) {
  constexpr std::array<count, 5> tensor{1, 2, 3, 4, 8};
  constexpr std::array<sl::stage_remainder, 3> remainders{
      sl::stage_remainder::first, sl::stage_remainder::before_last, sl::stage_remainder::last};
  sl::layout l;
  l.attention = {d.one_of(tensor), d.whole(1, 2), d.whole(1, 4)};
  const count replicas = l.attention.cp * l.attention.dp;
  l.expert.edp = d.one_of(divisors(replicas));
  const count group = l.attention.tp * replicas / l.expert.edp;
  l.expert.etp = d.one_of(divisors(group));
  l.expert.ep = group / l.expert.etp;
  l.pp = d.whole(1, most_stages);
  l.dispatch = d.flip() ? sl::expert_dispatch::all_to_all : sl::expert_dispatch::all_gather;
  l.stages.remainder = d.one_of(remainders);
  l.redundant_experts = d.flip() ? 0 : d.whole(1, 9);
  return l;
}

/// As often as not the stages of a layout are listed: every layer once, none of them empty.
inline void list_stages(dice& d, sl::layout& l, count layers) {
  l.stages.listed = {};
  if (d.flip()) return;
  for (count stage = 0; stage < l.pp; ++stage) {
    const count spare = layers - (l.pp - stage);  // beyond one layer for each stage still to come
    const count own = stage == l.pp - 1 ? layers : 1 + d.whole(0, spare);
    l.stages.listed.push_back(static_cast<std::uint16_t>(own));
    layers -= own;
  }
}

inline sl::layer_form random_form(dice& d) {
  constexpr std::array<sl::layer_form, 5> forms{
      sl::layer_form::sequential, sl::layer_form::sandwich, sl::layer_form::parallel,
      sl::layer_form::parallel_two_norms, sl::layer_form::scaled_sandwich};
  return d.one_of(forms);
}

inline constexpr std::array<sl::weight_format, 5> formats_without_scales{
    sl::formats::fp32, sl::formats::bf16, sl::formats::fp16,
    sl::weight_format{sl::precision::fp8, sl::precision::fp8},
    sl::weight_format{sl::precision::fp4, sl::precision::bf16}};

/// None as often as not; otherwise up to three for any classes, whether the layer has them or not.
inline sl::format_exceptions random_exceptions(dice& d) {
  sl::format_exceptions drawn;
  if (d.flip()) return drawn;
  for (sl::count n = d.whole(1, 3); n > 0; --n) {
    sl::format_exception e;
    for (const sl::weight_class c : sl::all_weight_classes) {
      if (sl::layer_matrices.contains(c) && d.flip()) e.classes.insert(c);
    }
    e.format = d.one_of(formats_without_scales);
    if (!e.empty()) drawn.push_back(e);
  }
  return drawn;
}

/// A layer with experts, a dense one, or one that only mixes tokens.
inline sl::layer random_layer(dice& d, const sl::layout& l, const granularity& g,
                              bool with_experts) {
  sl::layer drawn;
  const fitting_numbers numbers{d, l, g};
  drawn.attention = drawn_attention(numbers);
  const bool attends = !std::holds_alternative<sl::no_attention>(drawn.attention);
  if (!with_experts && attends && d.whole(0, 3) == 0) {
    drawn.feed_forward = sl::no_feed_forward{};
  } else {
    drawn.feed_forward = drawn_feed_forward(numbers, with_experts);
  }
  drawn.form = random_form(d);
  drawn.exceptions = random_exceptions(d);
  return drawn;
}

/// One to five kinds of layer in runs, as DeepSeek has them, or in a pattern that is repeated, as
/// hybrids do. Expert parallelism and copies of experts need some layer with experts.
inline sl::layer_stack random_layers(dice& d, const sl::layout& l, const granularity& g) {
  const bool needs_experts = l.expert.ep > 1 || l.redundant_experts > 0;
  std::vector<sl::layer_stack::item> pattern;
  const count dense = d.whole(0, 2);
  const count routed = d.whole(dense == 0 || needs_experts ? 1 : 0, 2);
  for (count i = 0; i < dense + routed; ++i) {
    const count layers = d.whole(1, 4);
    pattern.push_back({layers, random_layer(d, l, g, i >= dense)});
  }
  sl::layer_stack stack;
  for (count times = d.whole(0, 2) == 0 ? 3 : 1; times > 0; --times) {
    for (const sl::layer_stack::item& i : pattern) stack.append(i.layers, i.layer);
  }
  if (stack.size() < l.pp) stack.append(l.pp, random_layer(d, l, g, true));
  return stack;
}

inline sl::weight_formats random_formats(dice& d) {
  sl::weight_formats formats;
  for (sl::weight_format& f : formats.of) f = d.one_of(formats_without_scales);
  return formats;
}

/// With and without scales; groups that do and do not divide a vector.
inline sl::cache_format random_cache_format(dice& d) {
  constexpr std::array<sl::cache_format, 5> stored{
      sl::precision::bf16, sl::precision::fp8, sl::cache_formats::fp8_head,
      sl::cache_formats::nvfp4, sl::cache_format{sl::precision::int8, 3, 16}};
  return d.one_of(stored);
}

inline sl::model random_model(dice& d, const sl::layout& l, const granularity& g) {
  sl::model m;
  m.hidden_size = g.block * d.whole(1, 40);
  m.vocab_size = d.whole(0, 3) == 0 ? 0 : g.block * d.whole(1, 500) * (g.even ? l.attention.tp : 1);
  m.tied_embeddings = d.flip();
  m.norm_bias = d.flip();
  m.bare_norms = d.whole(0, 3) == 0;
  m.head_bias = d.flip();
  m.embedding_norm = d.flip();
  m.streams = d.flip() ? 1 : d.whole(1, 4);
  m.residual_blocks = d.whole(0, 3) == 0 ? d.whole(1, 4) : 0;
  if (d.whole(0, 3) == 0) m.updates = {d.whole(2, 4), g.block * d.whole(0, 3)};
  if (m.vocab_size > 0 && d.whole(0, 3) == 0) {
    m.per_layer = {g.block * d.whole(1, 3) * (g.even ? l.attention.tp : 1),
                   g.block * d.whole(1, 300) * (g.even ? l.attention.tp : 1)};
  }
  m.positions = d.flip() ? 0 : g.block * d.whole(1, 300);
  m.layers = random_layers(d, l, g);
  m.mtp_layers = d.whole(0, 2);
  m.weights = random_formats(d);
  m.activations = d.flip() ? sl::precision::bf16 : sl::precision::fp32;
  m.kv_cache = random_cache_format(d);
  return m;
}

/// A model and a layout for it.
struct placed {
  sl::layout layout{};
  sl::model model{};
};

/// As often as not the cache is shared by as many ranks as every layer allows.
inline void share_cache(dice& d, sl::layout& l, const sl::model& m) {
  count copies = l.attention.tp;
  for (const sl::layer& kind : m.layers.kinds) {
    const auto of_kind = [&l](const auto& a) { return a.cache_copies(l.attention.tp); };
    copies = std::gcd(copies, std::visit(of_kind, kind.attention));
  }
  l.dcp = d.flip() ? 1 : d.one_of(divisors(copies));
}

inline placed random_placed(dice& d, count most_stages, const granularity& g) {
  placed p;
  p.layout = random_layout(d, most_stages);
  p.model = random_model(d, p.layout, g);
  list_stages(d, p.layout, p.model.layers.size());
  share_cache(d, p.layout, p.model);
  return p;
}

using policy = sl::constant;
using cluster = sl::basic_cluster<double, policy>;

inline double log_between(dice& d, double low, double high) {
  return low * std::exp2(d.unit() * std::log2(high / low));
}

inline sl::basic_link<> random_link(dice& d) {
  return {sl::bandwidth<>::from_value(log_between(d, 1e9, 1e12)),
          sl::seconds<>::from_value(d.flip() ? 0.0 : log_between(d, 1e-7, 1e-5))};
}

inline sl::derived_static<> random_derived(dice& d, double share) {
  const auto held = [&d](double most) { return sl::bytes<>::from_value(d.between(0.0, most)); };
  sl::derived_static<> rule{share, held(1e7), held(1e3)};
  rule.least_tokens = static_cast<double>(d.whole(0, 4000));
  rule.per_gpu = held(1e6);
  rule.per_sequence = held(1e4);
  rule.per_replica_sequence = held(1e4);
  rule.per_replica_sequence_above = held(1e4);
  rule.many_sequences = static_cast<double>(d.whole(0, 400));
  rule.least = held(1e8);
  rule.least_from = held(1e12);
  return rule;
}

inline sl::budget_rule<> random_budget(dice& d) {
  const double share = d.between(0.5, 1.0);
  switch (d.whole(0, 3)) {
    case 0:
      return sl::fraction_of_total<>{share, d.flip()};
    case 3:
      return random_derived(d, share);
    case 1:
      return sl::fraction_of_free<>{share};
    default:
      return sl::static_fraction<>{share};
  }
}

/// An engine of any kind: a third of them reserve for their own step, the others for the
/// workload's.
/// Every way to run experts, as often as not in two batches or beside each other.
inline sl::expert_execution random_execution(dice& d) {
  constexpr std::array<sl::expert_exchange, 4> exchanges{
      sl::expert_exchange::pairwise, sl::expert_exchange::hierarchical,
      sl::expert_exchange::low_latency, sl::expert_exchange::fastest};
  sl::expert_execution e;
  e.exchange = d.one_of(exchanges);
  if (d.flip()) e.dispatch = sl::precision::fp8;
  if (d.flip()) e.combine = sl::precision::fp16;
  e.overlap_shared = d.flip();
  return e;
}

inline sl::runtime random_runtime(dice& d) {
  const auto up_to = [&d](double most) {
    return sl::bytes<>::from_value(d.flip() ? 0.0 : d.between(0.0, most));
  };
  sl::runtime r;
  r.budget = random_budget(d);
  r.reserve = up_to(1e9);
  r.communicators = up_to(1e9);
  r.cuda_graphs = up_to(1e9);
  r.page_tokens = d.whole(1, 64);
  if (d.whole(0, 2) == 0) {
    r.step_sequences = static_cast<double>(d.whole(0, 300));
    r.step_tokens = static_cast<double>(d.whole(1, 12000));
  }
  r.captured = {static_cast<double>(d.whole(0, 500)), static_cast<double>(d.whole(0, 500))};
  r.logit_bytes = d.flip() ? 0.0 : d.between(0.0, 40.0);
  r.padding = {d.flip() ? 1 : d.whole(2, 64), d.flip() ? 1 : d.whole(2, 64)};
  r.experts = random_execution(d);
  r.two_batch_overlap = d.flip();
  return r;
}

/// The same rule over another scalar.
template <class T>
sl::fraction_of_total<T> over(const sl::fraction_of_total<>& r) {
  return {T(r.share), r.graphs_inside};
}
template <class T>
sl::fraction_of_free<T> over(const sl::fraction_of_free<>& r) {
  return {T(r.share)};
}
template <class T>
sl::static_fraction<T> over(const sl::static_fraction<>& r) {
  return {T(r.share)};
}
template <class T>
sl::derived_static<T> over(const sl::derived_static<>& r) {
  return {T(r.share),
          sl::cast<T>(r.base),
          sl::cast<T>(r.per_token),
          T(r.least_tokens),
          sl::cast<T>(r.per_gpu),
          sl::cast<T>(r.per_sequence),
          sl::cast<T>(r.per_replica_sequence),
          sl::cast<T>(r.per_replica_sequence_above),
          T(r.many_sequences),
          sl::cast<T>(r.least),
          sl::cast<T>(r.least_from)};
}

/// The same engine over another scalar.
template <class T>
sl::basic_runtime<T> over(const sl::runtime& r) {
  sl::basic_runtime<T> lifted;
  std::visit([&lifted](const auto& rule) { lifted.budget = over<T>(rule); }, r.budget);
  lifted.reserve = sl::cast<T>(r.reserve);
  lifted.communicators = sl::cast<T>(r.communicators);
  lifted.cuda_graphs = sl::cast<T>(r.cuda_graphs);
  lifted.page_tokens = r.page_tokens;
  lifted.step_tokens = T(r.step_tokens);
  lifted.shared_step = r.shared_step;
  lifted.step_sequences = T(r.step_sequences);
  lifted.captured = {T(r.captured.below_four), T(r.captured.from_four)};
  lifted.logit_bytes = T(r.logit_bytes);
  lifted.padding = r.padding;
  lifted.experts = r.experts;
  lifted.two_batch_overlap = r.two_batch_overlap;
  return lifted;
}

/// Hardware within a few orders of magnitude of today's, so that every kind of bound occurs.
inline cluster random_cluster(dice& d, const sl::layout& l) {
  cluster c;
  const auto peak = [&d] { return sl::flop_rate<>::from_value(log_between(d, 1e11, 1e16)); };
  c.accelerator.peak = {.fp32 = peak(),
                        .tf32 = peak(),
                        .bf16 = peak(),
                        .fp16 = peak(),
                        .fp8 = peak(),
                        .int8 = peak(),
                        .fp4 = peak(),
                        .int4 = {}};
  c.accelerator.memory = sl::bytes<>::from_value(log_between(d, 1e9, 1e12));
  c.accelerator.memory_rate = sl::bandwidth<>::from_value(log_between(d, 1e10, 1e14));
  c.accelerator.efficiency = {d.between(0.1, 1.0), d.between(0.1, 1.0), d.between(0.1, 1.0),
                              sl::seconds<>::from_value(d.flip() ? 0.0 : 3e-6)};
  constexpr std::array<count, 5> domains{1, 2, 4, 8, 72};
  c.gpus = l.gpus();
  c.gpus_per_domain = d.one_of(domains);
  c.scale_up = random_link(d);
  c.network = random_link(d);
  c.runtime = random_runtime(d);
  return c;
}

inline sl::tokens<> tokens_of(count n) { return sl::tokens<>::from_value(static_cast<double>(n)); }

inline sl::workload random_workload(dice& d) {
  sl::workload w;
  w.concurrency = static_cast<double>(d.whole(1, 300));
  w.input = tokens_of(d.whole(1, 5000));
  w.output = tokens_of(d.whole(1, 500));
  if (d.flip()) w.chunk = tokens_of(d.whole(1, 3000));
  w.expert_imbalance = d.flip() ? 1.0 : d.between(1.0, 3.0);
  return w;
}

struct deployed {
  laws::cluster cluster{};
  sl::model model{};
  sl::layout layout{};
  sl::workload workload{};
};

inline deployed random_deployment(dice& d) {
  deployed r;
  const placed p = random_placed(d, 4, {});
  r.layout = p.layout;
  r.model = p.model;
  r.cluster = random_cluster(d, r.layout);
  r.workload = random_workload(d);
  return r;
}

/// What is needed to see a failing case at a glance; the case number gives the rest.
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
  void operator()(const char* name, Range, count Kind::*member) const {
    s << ' ' << name << ' ' << kind.*member;
  }
  template <class Value>
  void operator()(const char* name, Value Kind::*member) const {
    s << ' ' << name << ' ' << static_cast<count>(kind.*member);
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
    << m.bare_norms << " streams " << m.streams << " versions " << m.updates.versions << '/'
    << m.updates.low_rank << " blocks " << m.residual_blocks << " per layer " << m.per_layer.width
    << '/' << m.per_layer.vocab_size << " positions " << m.positions << " mtp " << m.mtp_layers
    << " cache " << name(m.kv_cache.element) << '/' << m.kv_cache.group << '/'
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

inline std::string describe(const deployed& r) {
  return describe(r.layout) + '\n' + describe(r.model) + '\n' + describe(r.cluster) + '\n' +
         describe(r.workload);
}

}  // namespace laws
