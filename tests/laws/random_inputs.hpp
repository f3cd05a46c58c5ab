/// Random clusters, models, layouts and workloads for the laws. One seed, one sequence: a failing
/// case is found again by its number.
#pragma once

#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <random>
#include <sstream>
#include <string>
#include <vector>

#include "shardline/shardline.hpp"

namespace laws {

namespace sl = shardline;
using sl::count;

/// Draws by plain arithmetic on the engine's bits: the standard distributions differ between
/// libraries, and a case number should mean the same case everywhere. For that, no two draws may be
/// arguments of one call: compilers evaluate those in different orders (in braces it is left to
/// right).
class dice {
 public:
  explicit dice(std::uint64_t seed) : engine_(seed) {}

  count whole(count low, count high) {
    const auto span = static_cast<std::uint64_t>(high - low + 1);
    return low + static_cast<count>(engine_() % span);
  }
  bool flip() { return whole(0, 1) == 1; }
  double unit() { return static_cast<double>(engine_() >> 11U) * 0x1p-53; }
  double between(double low, double high) { return low + (high - low) * unit(); }

  template <class Choices>
  auto one_of(const Choices& from) {
    return from[static_cast<std::size_t>(whole(0, static_cast<count>(from.size()) - 1))];
  }

 private:
  std::mt19937_64 engine_;
};

inline std::vector<count> divisors(count n) {
  std::vector<count> found;
  for (count i = 1; i <= n; ++i) {
    if (n % i == 0) found.push_back(i);
  }
  return found;
}

/// Any layout whose two meshes agree: etp and ep divide what edp leaves of the ranks.
inline sl::layout random_layout(dice& d, count most_stages) {
  constexpr std::array<count, 5> tensor{1, 2, 3, 4, 8};
  sl::layout l;
  l.attention = {d.one_of(tensor), d.whole(1, 2), d.whole(1, 4)};
  const count replicas = l.attention.cp * l.attention.dp;
  l.expert.edp = d.one_of(divisors(replicas));
  const count group = l.attention.tp * replicas / l.expert.edp;
  l.expert.etp = d.one_of(divisors(group));
  l.expert.ep = group / l.expert.etp;
  l.pp = d.whole(1, most_stages);
  l.dispatch = d.flip() ? sl::expert_dispatch::all_to_all : sl::expert_dispatch::all_gather;
  return l;
}

/// Key-value heads that a tp can split or replicate: they divide the heads, and divide tp or are
/// divided by it.
inline count random_kv_heads(dice& d, count heads, count tp) {
  std::vector<count> fitting;
  for (const count k : divisors(heads)) {
    if (k % tp == 0 || tp % k == 0) fitting.push_back(k);
  }
  return d.one_of(fitting);
}

/// How far dimensions are multiples: of `block` everywhere, so that scaled formats can be sharded
/// into whole blocks; 1 lets widths be uneven.
struct granularity {
  count block = 1;
  bool even = false;  // widths divide by the degrees
};

inline sl::attention_kind random_attention(dice& d, const sl::layout& l, const granularity& g) {
  const count tp = l.attention.tp;
  const count heads = tp * d.whole(1, 4);
  if (d.whole(0, 3) == 0) {
    return sl::latent_attention{heads,
                                d.flip() ? g.block * d.whole(1, 3) : 0,
                                g.block * d.whole(1, 4),
                                g.block * d.whole(1, 4),
                                g.block * d.whole(1, 4),
                                g.block * d.whole(1, 4)};
  }
  return sl::grouped_query_attention{.heads = heads,
                                     .kv_heads = random_kv_heads(d, heads, tp),
                                     .head_dim = g.block * d.whole(1, 4),
                                     .window = d.flip() ? 0 : d.whole(1, 300),
                                     .qkv_bias = d.flip(),
                                     .output_bias = d.flip(),
                                     .qk_norm = d.flip(),
                                     .sinks = d.flip()};
}

inline count random_width(dice& d, count degree, const granularity& g) {
  return g.even ? g.block * degree * d.whole(1, 3) : d.whole(1, 100);
}

inline sl::dense_feed_forward random_dense(dice& d, const sl::layout& l, const granularity& g) {
  return {random_width(d, l.attention.tp, g), d.flip(), d.flip()};
}

/// Experts, uneven over ep as often as not.
inline sl::mixture_of_experts random_experts(dice& d, const sl::layout& l, const granularity& g) {
  sl::mixture_of_experts f;
  f.experts = l.expert.ep + d.whole(0, 9);
  f.experts_per_token = d.whole(1, f.experts);
  f.width = random_width(d, l.expert.etp, g);
  f.gated = d.flip();
  if (d.flip()) {
    f.shared_experts = d.whole(1, 3);
    f.shared_width = random_width(d, l.attention.tp, g);
  }
  f.expert_bias = d.flip();
  f.router_bias = d.flip();
  f.correction_bias = d.flip();
  return f;
}

/// Dense layers first, as DeepSeek has them; expert parallelism needs some layer with experts.
inline sl::layer_stack random_layers(dice& d, const sl::layout& l, const granularity& g) {
  sl::layer_stack stack;
  const count dense = d.whole(0, 2);
  const count routed = d.whole(dense == 0 || l.expert.ep > 1 ? 1 : 0, 2);
  for (count i = 0; i < dense; ++i) {
    const count layers = d.whole(1, 4);
    stack.append(layers, {random_attention(d, l, g), random_dense(d, l, g)});
  }
  for (count i = 0; i < routed; ++i) {
    const count layers = d.whole(1, 4);
    stack.append(layers, {random_attention(d, l, g), random_experts(d, l, g)});
  }
  if (stack.size() < l.pp) {
    stack.append(l.pp, {random_attention(d, l, g), random_experts(d, l, g)});
  }
  return stack;
}

inline constexpr std::array<sl::weight_format, 5> formats_without_scales{
    sl::formats::fp32, sl::formats::bf16, sl::formats::fp16,
    sl::weight_format{sl::precision::fp8, sl::precision::fp8},
    sl::weight_format{sl::precision::fp4, sl::precision::bf16}};

inline sl::weight_formats random_formats(dice& d) {
  sl::weight_formats formats;
  for (sl::weight_format& f : formats.of) f = d.one_of(formats_without_scales);
  return formats;
}

inline sl::model random_model(dice& d, const sl::layout& l, const granularity& g) {
  sl::model m;
  m.hidden_size = g.block * d.whole(1, 40);
  m.vocab_size = d.whole(0, 3) == 0 ? 0 : g.block * d.whole(1, 500) * (g.even ? l.attention.tp : 1);
  m.tied_embeddings = d.flip();
  m.layers = random_layers(d, l, g);
  m.weights = random_formats(d);
  m.activations = d.flip() ? sl::precision::bf16 : sl::precision::fp32;
  m.kv_cache = d.flip() ? sl::precision::bf16 : sl::precision::fp8;
  return m;
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
  c.runtime.page_tokens = d.whole(1, 64);
  c.runtime.memory_fraction = d.between(0.5, 1.0);
  c.runtime.reserve = sl::bytes<>::from_value(d.between(0.0, 1e9));
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
  r.layout = random_layout(d, 4);
  r.model = random_model(d, r.layout, {});
  r.cluster = random_cluster(d, r.layout);
  r.workload = random_workload(d);
  return r;
}

/// What is needed to see a failing case at a glance; the case number gives the rest.
inline std::string describe(const sl::layout& l) {
  std::ostringstream s;
  s << "tp " << l.attention.tp << " cp " << l.attention.cp << " dp " << l.attention.dp << " etp "
    << l.expert.etp << " ep " << l.expert.ep << " edp " << l.expert.edp << " pp " << l.pp << ' '
    << name(l.dispatch);
  return s.str();
}

inline void describe(std::ostream& s, const sl::grouped_query_attention& a) {
  s << "heads " << a.heads << '/' << a.kv_heads << " x " << a.head_dim << " window " << a.window
    << " bias " << a.qkv_bias << a.output_bias << " qk_norm " << a.qk_norm << " sinks " << a.sinks;
}
inline void describe(std::ostream& s, const sl::latent_attention& a) {
  s << "latent heads " << a.heads << " q " << a.q_lora_rank << " kv " << a.kv_lora_rank << " dims "
    << a.qk_nope_head_dim << '+' << a.qk_rope_head_dim << '/' << a.v_head_dim;
}
inline void describe(std::ostream& s, const sl::dense_feed_forward& f) {
  s << "dense " << f.width << " gated " << f.gated << " bias " << f.bias;
}
inline void describe(std::ostream& s, const sl::mixture_of_experts& f) {
  s << "experts " << f.experts_per_token << " of " << f.experts << " x " << f.width << " gated "
    << f.gated << " shared " << f.shared_experts << " x " << f.shared_width << " bias "
    << f.expert_bias << f.router_bias << f.correction_bias;
}

inline std::string describe(const sl::model& m) {
  std::ostringstream s;
  s << "hidden " << m.hidden_size << " vocab " << m.vocab_size << " tied " << m.tied_embeddings;
  for (const sl::layer_run& run : m.layers.runs) {
    const sl::layer& l = m.layers.kinds[run.kind];
    s << "\n  " << run.layers << " x ";
    std::visit([&s](const auto& a) { describe(s, a); }, l.attention);
    s << ", ";
    std::visit([&s](const auto& f) { describe(s, f); }, l.feed_forward);
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
    << c.runtime.page_tokens;
  return s.str();
}

inline std::string describe(const deployed& r) {
  return describe(r.layout) + '\n' + describe(r.model) + '\n' + describe(r.cluster) + '\n' +
         describe(r.workload);
}

}  // namespace laws
