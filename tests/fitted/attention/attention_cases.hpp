// SPDX-License-Identifier: BSL-1.0
/// Cores, curves and accelerators that the tests of attention share.
#pragma once

#include "../../laws/random_inputs.hpp"
#include "shardline/catalog/accelerators.hpp"
#include "shardline/fitted/attention/attention.hpp"

namespace attention_cases {

namespace sl = shardline;
namespace curves = shardline::catalog::curves;
using sl::integer;
using core = sl::attention_core<double>;
using device = sl::fitted_accelerator<double>;

/// The same curves whatever is kept, of keys and values and of latents.
constexpr device with_curves(const sl::accelerator& hardware, const sl::prefill_curve<>& p,
                             const sl::decode_curve<>& d, bool looped = false) {
  sl::fitted f;
  for (auto* all : {&f.prefill, &f.latent_prefill}) {
    for (sl::prefill_curve<>& c : all->of) c = p;
  }
  for (auto* all : {&f.decode, &f.latent_decode}) {
    for (sl::decode_curve<>& c : all->of) c = d;
  }
  f.looped = looped;
  return with_efficiency(hardware, f);
}

/// Heads of one size over key-value heads.
struct heads {
  integer all = 32;
  integer kv = 8;
  integer dim = 128;
  integer window = 0;
};

constexpr core grouped(sl::phase p, double sequences, double new_tokens, double context,
                       const heads& h, double value_bytes) {
  const double per_token = static_cast<double>(2 * h.kv * h.dim) * value_bytes;
  return {p, sequences, new_tokens, context, 1, 1, h.all, h.kv, h.dim, h.dim, h.window, per_token};
}

/// Latents of 512 + 64, of which a prompt makes keys of 192 and values of 128.
constexpr core latent(sl::phase p, double sequences, double new_tokens, double context,
                      integer all_heads, double value_bytes) {
  core c = grouped(p, sequences, new_tokens, context, {all_heads, all_heads, 128}, value_bytes);
  if (p == sl::phase::decode) c.kv_heads = 1;
  c.qk_dim = p == sl::phase::decode ? 576 : 192;
  c.v_dim = p == sl::phase::decode ? 512 : 128;
  c.bytes_per_token = 576.0 * value_bytes;
  c.latent = true;
  c.latent_width = 576;
  return c;
}

constexpr double microseconds(const device& a, const core& c) {
  return time_of(a, c).total().value() * 1e6;
}

inline sl::seconds<> up_to(laws::dice& d, double most) {
  return sl::seconds<>::from_value(d.flip() ? 0.0 : d.between(0.0, most));
}

inline sl::prefill_curve<> random_prefill_curve(laws::dice& d) {
  return {.compute = d.between(0.2, 1.0),
          .softmax_values = d.flip() ? 0.0 : d.between(0.0, 100.0),
          .bandwidth = d.between(0.4, 1.0),
          .launch = up_to(d, 1e-5),
          .block = up_to(d, 1e-5),
          .tail = d.between(0.0, 1.0),
          .exposed = d.between(0.0, 1.0),
          .passes = d.between(0.0, 2.0),
          .window_padding = d.flip() ? 0.0 : d.between(0.0, 1500.0)};
}

inline sl::decode_curve<> random_decode_curve(laws::dice& d) {
  return {.compute = d.between(0.2, 1.0),
          .bandwidth = d.between(0.4, 1.0),
          .launch = up_to(d, 1e-5),
          .reduction = up_to(d, 1e-5),
          .block = up_to(d, 1e-5),
          .blocks = d.between(0.2, 16.0),
          .splits = d.flip() ? 1.0 : d.between(1.0, 100.0),
          .multiprocessor_share = d.between(0.5, 4.0),
          .tail = d.flip() ? 0.0 : d.between(0.0, 1.0),
          .exposed = d.between(0.0, 1.0),
          .passes = d.between(0.0, 2.0),
          .window_padding = d.flip() ? 0.0 : d.between(0.0, 500.0),
          .cache_speedup = d.between(1.0, 3.0),
          .cache_share = d.between(0.0, 1.0),
          .unseen_blocks = d.flip(),
          .overlapped = d.flip()};
}

/// One in four has ideal curves: there the bounds are tight.
inline device random_accelerator(laws::dice& d) {
  const bool ideal = d.whole(0, 3) == 0;
  const sl::prefill_curve<> p = ideal ? sl::prefill_curve<>{} : random_prefill_curve(d);
  const sl::decode_curve<> c = ideal ? sl::decode_curve<>{} : random_decode_curve(d);
  const bool looped = d.flip();
  return with_curves(d.flip() ? sl::catalog::a100_sxm : sl::catalog::h100_sxm, p, c, looped);
}

inline core random_core(laws::dice& d) {
  const sl::phase p = d.flip() ? sl::phase::prefill : sl::phase::decode;
  const double sequences = laws::log_between(d, 0.2, 500.0);
  const double most = p == sl::phase::decode ? 8.0 : 20000.0;
  const double new_tokens = d.flip() ? 1.0 : laws::log_between(d, 1.0, most);
  const double context = d.flip() ? 0.0 : laws::log_between(d, 1.0, 2e5);
  const double value_bytes = d.flip() ? 1.0 : 2.0;
  if (d.whole(0, 3) == 0) {
    return latent(p, sequences, new_tokens, context, d.whole(1, 128), value_bytes);
  }
  const integer kv = d.whole(1, 16);
  const integer all = kv * d.whole(1, 20);
  const integer dim = 32 * d.whole(1, 8);
  const integer window = d.flip() ? 0 : d.whole(1, 6000);
  return grouped(p, sequences, new_tokens, context, {all, kv, dim, window}, value_bytes);
}

}  // namespace attention_cases
