// SPDX-License-Identifier: BSL-1.0
// Attention over duals and packs: the same formula, with derivatives and lane by lane.
#include <doctest/doctest.h>

#include "attention_cases.hpp"
#include "shardline/base/dual.hpp"
#include "shardline/eigen/pack.hpp"

using namespace shardline;
using attention_cases::core;
using attention_cases::device;
using attention_cases::microseconds;

namespace {

template <class T>
prefill_curve<T> in(const prefill_curve<>& c) {
  return {T(c.compute), T(c.softmax_values), T(c.bandwidth), cast<T>(c.launch),  cast<T>(c.block),
          T(c.tail),    T(c.exposed),        T(c.passes),    T(c.window_padding)};
}

template <class T>
decode_curve<T> in(const decode_curve<>& c) {
  return {T(c.compute),       T(c.bandwidth),   cast<T>(c.launch), cast<T>(c.reduction),
          cast<T>(c.block),   T(c.blocks),      T(c.splits),       T(c.multiprocessor_share),
          T(c.tail),          T(c.exposed),     T(c.passes),       T(c.window_padding),
          T(c.cache_speedup), T(c.cache_share), c.unseen_blocks,   c.overlapped};
}

template <class T, class Curve>
void put(by_format<Curve>& to, const auto& from) {
  for (std::size_t i = 0; i < to.of.size(); ++i) to.of[i] = in<T>(from.of[i]);
}

// What attention reads of an accelerator, in another scalar.
template <class T>
fitted_accelerator<T> in(const device& a) {
  fitted_accelerator<T> b;
  b.peak.bf16 = cast<T>(a.peak.bf16);
  b.peak.fp8 = cast<T>(a.peak.fp8);
  b.memory_rate = cast<T>(a.memory_rate);
  b.multiprocessors = a.multiprocessors;
  b.last_level_cache = cast<T>(a.last_level_cache);
  put<T>(b.efficiency.prefill, a.efficiency.prefill);
  put<T>(b.efficiency.decode, a.efficiency.decode);
  put<T>(b.efficiency.latent_prefill, a.efficiency.latent_prefill);
  put<T>(b.efficiency.latent_decode, a.efficiency.latent_decode);
  b.efficiency.looped = a.efficiency.looped;
  return b;
}

template <class T>
attention_core<T> in(const core& c, T sequences, T new_tokens, T context) {
  return {c.phase,       sequences,         new_tokens,   context,  c.query_split,
          c.cache_split, c.heads,           c.kv_heads,   c.qk_dim, c.v_dim,
          c.window,      c.bytes_per_token, c.activation, c.latent, c.latent_width};
}

}  // namespace

TEST_CASE("packs agree lane by lane, one of them without sequences") {
  using scalar = pack<4>;
  laws::dice d(811);
  for (int number = 0; number < 2000; ++number) {
    const device a = attention_cases::random_accelerator(d);
    std::array<core, 4> cases{};
    cases.fill(attention_cases::random_core(d));
    for (core& c : cases) {
      c.sequences = d.whole(0, 3) == 0 ? 0.0 : laws::log_between(d, 0.2, 500.0);
      c.new_tokens = laws::log_between(d, 1.0, 3000.0);
      c.context = laws::log_between(d, 1.0, 2e5);
    }
    scalar::array sequences;
    scalar::array new_tokens;
    scalar::array context;
    for (int i = 0; i < 4; ++i) {
      const core& c = cases[static_cast<std::size_t>(i)];
      sequences[i] = c.sequences;
      new_tokens[i] = c.new_tokens;
      context[i] = c.context;
    }
    const auto t = time_of(in<scalar>(a), in<scalar>(cases[0], scalar(sequences),
                                                     scalar(new_tokens), scalar(context)));
    CAPTURE(number);
    for (int i = 0; i < 4; ++i) {
      const double alone = time_of(a, cases[static_cast<std::size_t>(i)]).total().value();
      REQUIRE(t.total().value()[i] == doctest::Approx(alone).epsilon(1e-14));
    }
  }
}

TEST_CASE("the derivative by context is the difference quotient") {
  using scalar = dual<1>;
  laws::dice d(812);
  int smooth = 0;
  for (int number = 0; number < 2000; ++number) {
    const device a = attention_cases::random_accelerator(d);
    core c = attention_cases::random_core(d);
    c.context = laws::log_between(d, 10.0, 2e5);
    const auto t = time_of(in<scalar>(a),
                           in<scalar>(c, c.sequences, c.new_tokens, scalar::input(c.context, 0)));
    CAPTURE(number);
    REQUIRE(value_of(t.total().value()) == time_of(a, c).total().value());
    const double step = c.context * 1e-6;
    core before = c;
    core after = c;
    before.context -= step;
    after.context += step;
    const double up = microseconds(a, after) - microseconds(a, c);
    const double down = microseconds(a, c) - microseconds(a, before);
    const double slope = t.total().value().slope[0] * 1e6 * step;
    REQUIRE(slope >= 0.0);
    const double least = std::fmin(up, down);
    const double most = std::fmax(up, down);
    const double rounding = 1e-13 * microseconds(a, c) + 1e-5 * most;
    REQUIRE(slope >= least - rounding);
    REQUIRE(slope <= most + rounding);
    if (slope > 0.0) ++smooth;
  }
  CHECK(smooth > 500);
}
