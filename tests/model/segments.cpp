// SPDX-License-Identifier: BSL-1.0
#include "shardline/model/segments.hpp"

#include <doctest/doctest.h>

#include <set>
#include <vector>

#include "../policies/law_by_law.hpp"
#include "shardline/catalog/models.hpp"

using namespace shardline;

namespace {

// deepseek_v3: one latent attention in both kinds, dense layers first, then experts.
constexpr segment_map of_deepseek = segments_of(catalog::deepseek_v3);
static_assert(of_deepseek.of_kind[0].mixing == of_deepseek.of_kind[1].mixing);
static_assert(of_deepseek.of_kind[0].feed_forward != of_deepseek.of_kind[1].feed_forward);
constexpr segment_counts in_deepseek =
    detail::in_segments(of_deepseek, catalog::deepseek_v3.layers.counts(0, 61));
static_assert(in_deepseek[of_deepseek.of_kind[0].mixing] == 61);
static_assert(in_deepseek[of_deepseek.of_kind[0].feed_forward] == 3);
static_assert(in_deepseek[of_deepseek.of_kind[1].feed_forward] == 58);

// gpt_oss: two attentions, of all tokens and of a window, before the same experts.
constexpr segment_map of_gpt_oss = segments_of(catalog::gpt_oss_120b);
static_assert(of_gpt_oss.of_kind[0].mixing != of_gpt_oss.of_kind[1].mixing);
static_assert(of_gpt_oss.of_kind[0].feed_forward == of_gpt_oss.of_kind[1].feed_forward);

// What a shape says, in numbers, whatever its type.
struct written {
  std::vector<double> said{};

  void operator()(const gemm_shape& o) {
    say(1, o.term, o.rows, o.activation, o.read_by_phase);
    say(o.weight);
  }
  void operator()(const vector_shape& o) {
    say(2, o.term, o.bytes_per_token, o.kind, o.width);
    say(o.weight);
  }
  void operator()(const fused_shape& o) {
    say(3, o.term);
    say(o.weight);
  }
  void operator()(const logits_shape& o) { say(4, o.columns); }
  void operator()(const collective_shape& o) {
    say(5, o.kind, o.group.size, o.group.stride, o.size, o.bytes_each, o.beside_shared_experts);
  }
  void operator()(const routing_shape& o) {
    say(6, o.experts, o.experts_per_token, o.redundant, o.ep, o.local, o.sent);
  }
  void operator()(const grouped_gemm_shape& o) {
    say(7, o.activation);
    say(o.weight);
  }
  void operator()(const expert_activation_shape& o) {
    say(8, o.format.element, o.experts, o.hidden, o.up, o.width, o.activation);
  }
  void operator()(const exchange_shape& o) {
    say(9, o.group.size, o.group.stride, o.by, o.results, o.experts_per_token, o.experts,
        o.destinations, o.hidden, o.value_bytes, o.own_share, o.beside_shared_experts);
  }
  void operator()(const attention_shape& o) {
    say(10, o.phase, o.query_split, o.cache_split, o.heads, o.kv_heads, o.qk_dim, o.v_dim, o.window,
        o.bytes_per_token, o.activation, o.latent, o.latent_width, o.tokens_per_key, o.chosen);
  }
  void operator()(const recurrence_shape& o) {
    say(11, o.kind, o.phase, o.query_split, o.flops_per_token, o.values_per_token, o.state_values,
        o.state_bytes, o.activation);
  }
  void operator()(const sequence_cache& o) {
    say(12, o.bytes_per_token, o.window, o.chunked, o.state_bytes, o.split);
  }

 private:
  template <class... Figure>
  void say(const Figure&... figures) {
    (said.push_back(static_cast<double>(figures)), ...);
  }
  void say(const weight& w) {
    say(w.weight_class, w.format.element, w.format.math, w.format.group_k, w.format.scale_bits, w.k,
        w.n, w.matrices, w.resident);
  }
};

}  // namespace

TEST_CASE("the halves of every kind of layer emit what the layer emits, in its order") {
  laws::dice d(2110);
  for (int number = 0; number < 500; ++number) {
    const laws::placed p = laws::random_placed(d, 4, {});
    const model_context e = model_context_under(laws::random_runtime(d), p.model, p.layout);
    const segment_map map = segments_of(p.model);
    CAPTURE(number);
    CAPTURE(laws::describe(p.model));
    for (std::size_t k = 0; k < p.model.layers.kinds.size(); ++k) {
      written halves;
      sink_for sink_of_halves(halves);
      if (map.present[map.of_kind[k].mixing] > 0) {
        detail::emit_segment(e, map, map.of_kind[k].mixing, sink_of_halves);
      }
      if (map.present[map.of_kind[k].feed_forward] > 0) {
        detail::emit_segment(e, map, map.of_kind[k].feed_forward, sink_of_halves);
      }
      written layer;
      sink_for sink_of_layer(layer);
      detail::emit_layer(p.model.layers.kinds[k], e, sink_of_layer);
      REQUIRE(halves.said == layer.said);
    }
  }
}

TEST_CASE("kinds of layers share a segment only where they emit the same half") {
  laws::dice d(2111);
  int shared = 0;
  for (int number = 0; number < 500; ++number) {
    laws::placed p = laws::random_placed(d, 4, {});
    auto& kinds = p.model.layers.kinds;
    // As often as not one half of the second kind is the first one's.
    if (kinds.size() > 1 && d.flip()) {
      const layer own = kinds[1];
      kinds[1] = kinds[0];
      if (d.flip()) {
        kinds[1].attention = own.attention;
      } else {
        kinds[1].feed_forward = own.feed_forward;
      }
    }
    const model_context e{p.model, p.layout};
    const segment_map map = segments_of(p.model);
    CAPTURE(number);
    CAPTURE(laws::describe(p.model));
    for (std::size_t a = 0; a < kinds.size(); ++a) {
      for (std::size_t b = 0; b < a; ++b) {
        written of_a;
        written of_b;
        sink_for sink_of_a(of_a);
        sink_for sink_of_b(of_b);
        detail::emit_mixing_half(kinds[a], e, sink_of_a);
        detail::emit_mixing_half(kinds[b], e, sink_of_b);
        if (map.of_kind[a].mixing == map.of_kind[b].mixing) REQUIRE(of_a.said == of_b.said);
        shared += map.of_kind[a].mixing == map.of_kind[b].mixing ? 1 : 0;
        of_a = of_b = {};
        detail::emit_feed_forward_half(kinds[a], e, sink_of_a);
        detail::emit_feed_forward_half(kinds[b], e, sink_of_b);
        if (map.of_kind[a].feed_forward == map.of_kind[b].feed_forward) {
          REQUIRE(of_a.said == of_b.said);
          ++shared;
        }
      }
    }
  }
  CHECK(shared > 50);
}

TEST_CASE("the stages of a pipeline have all of its segments together, and each its own layers") {
  laws::dice d(2112);
  for (int number = 0; number < 1000; ++number) {
    const laws::placed p = laws::random_placed(d, 6, {});
    const segment_map map = segments_of(p.model);
    const kind_counts layers = p.model.layers.counts(0, p.model.layers.size());
    segment_counts expected = detail::in_segments(map, layers);
    expected[segment::embedding] = expected[segment::head] = p.model.vocab_size > 0 ? 1 : 0;
    expected[segment::hand_over] = static_cast<std::int32_t>(p.layout.pp - 1);
    segment_counts found{};
    for (integer stage = 0; stage < p.layout.pp; ++stage) {
      const segment_counts own = segments_of_stage(map, p.model, p.layout, stage);
      for (std::size_t s = 0; s < segment::number; ++s) found[s] += own[s];
    }
    CAPTURE(number);
    CAPTURE(laws::describe(p.layout));
    REQUIRE(found == expected);
    // A layer has both of its halves, but for those that it lacks.
    std::int32_t halves = 0;
    std::int32_t of_layers = 0;
    for (std::size_t s = segment::first_mixing; s < segment::head; ++s) halves += found[s];
    for (std::size_t k = 0; k < p.model.layers.kinds.size(); ++k) {
      const layer& l = p.model.layers.kinds[k];
      const int own = (std::holds_alternative<no_attention>(l.attention) ? 0 : 1) +
                      (std::holds_alternative<no_feed_forward>(l.feed_forward) ? 0 : 1);
      of_layers += static_cast<std::int32_t>(layers[k]) * own;
    }
    REQUIRE(halves == of_layers);
  }
}

TEST_CASE("documented: segments of Llama-3.1-8B, of four stages the first") {
  const model& m = catalog::llama_3_1_8b;
  const segment_map map = segments_of(m);
  CHECK(map.of_kind[0].mixing == 1);
  CHECK(last_layer(map, m).mixing == 1);
  CHECK(last_layer(map, m).feed_forward == 17);
  const segment_counts n = segments_of_stage(map, m, layout{.pp = 4}, 0);
  CHECK(n[segment::embedding] == 1);
  CHECK(n[1] == 8);
  CHECK(n[17] == 8);
  CHECK(n[segment::hand_over] == 1);
  CHECK(n[segment::head] == 0);
  CHECK(times_of(n)[1] == 8.0);
}
static_assert(segment::first_mixing == 1);
