// SPDX-License-Identifier: BSL-1.0
/// Random layouts, models for them, and both placed together.
#pragma once

#include <array>
#include <cstdint>
#include <numeric>
#include <variant>
#include <vector>

#include "dice.hpp"
#include "random_kinds.hpp"
#include "shardline/shardline.hpp"

namespace laws {

/// Any layout whose two meshes agree: etp and ep divide what edp leaves of the ranks. Every rule
/// for the remainder of the stages; with or without copies of experts.
inline sl::layout random_layout(dice& d, integer most_stages) {
  constexpr std::array<integer, 5> tensor{1, 2, 3, 4, 8};
  constexpr std::array<sl::stage_remainder, 3> remainders{
      sl::stage_remainder::first, sl::stage_remainder::before_last, sl::stage_remainder::last};
  sl::layout l;
  l.attention = {d.one_of(tensor), d.whole(1, 2), d.whole(1, 4)};
  const integer replicas = l.attention.cp * l.attention.dp;
  l.expert.edp = d.one_of(divisors(replicas));
  const integer group = l.attention.tp * replicas / l.expert.edp;
  l.expert.etp = d.one_of(divisors(group));
  l.expert.ep = group / l.expert.etp;
  l.pp = d.whole(1, most_stages);
  l.dispatch = d.flip() ? sl::expert_dispatch::all_to_all : sl::expert_dispatch::all_gather;
  l.stages.remainder = d.one_of(remainders);
  l.redundant_experts = d.flip() ? 0 : d.whole(1, 9);
  return l;
}

/// As often as not the stages of a layout are listed: every layer once, none of them empty.
inline void list_stages(dice& d, sl::layout& l, integer layers) {
  l.stages.listed = {};
  if (d.flip()) return;
  for (integer stage = 0; stage < l.pp; ++stage) {
    const integer spare = layers - (l.pp - stage);  // beyond one layer for each stage still to come
    const integer own = stage == l.pp - 1 ? layers : 1 + d.whole(0, spare);
    l.stages.listed.push_back(static_cast<std::uint16_t>(own));
    layers -= own;
  }
}

inline sl::layer_form random_form(dice& d) {
  constexpr std::array<sl::layer_form, 7> forms{
      sl::layer_form::sequential,      sl::layer_form::sandwich,
      sl::layer_form::parallel,        sl::layer_form::parallel_two_norms,
      sl::layer_form::scaled_sandwich, sl::layer_form::three_norms,
      sl::layer_form::gated_blocks};
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
  for (sl::integer n = d.whole(1, 3); n > 0; --n) {
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
  const integer dense = d.whole(0, 2);
  const integer routed = d.whole(dense == 0 || needs_experts ? 1 : 0, 2);
  for (integer i = 0; i < dense + routed; ++i) {
    const integer layers = d.whole(1, 4);
    pattern.push_back({layers, random_layer(d, l, g, i >= dense)});
  }
  sl::layer_stack stack;
  for (integer times = d.whole(0, 2) == 0 ? 3 : 1; times > 0; --times) {
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

/// Before all other layers, with numbers of its own, so that those of the rest stay.
inline void add_memory(sl::model& m, const sl::layout& l, const granularity& g) {
  dice own(static_cast<std::uint64_t>(m.vocab_size));
  sl::layer_stack stack;
  auto memory = std::get<sl::ngram_memory>(drawn_memory(fitting_numbers{own, l, g}));
  memory.lookups = 1 + memory.rows % 5;  // of what is multiplied with each other, few
  memory.streams = 1 + memory.rows % 3;
  memory.conv_kernel = memory.row_width % 5;
  memory.reach = 1 + memory.row_width % 3;
  stack.append(1, {memory, sl::no_feed_forward{}});
  for (const sl::layer_run& run : m.layers.runs) stack.append(run.layers, m.layers.kinds[run.kind]);
  m.layers = stack;
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
  // Without a throw, so that the numbers of test cases stand for the models that they stood for.
  m.no_last_norm = m.vocab_size % 3 == 1;
  if (m.hidden_size % 5 == 0) m.embedding_width = g.block * (1 + m.hidden_size % 7);
  m.streams = d.flip() ? 1 : d.whole(1, 4);
  m.streams_apart = m.vocab_size % 4 == 1;  // without a throw, likewise
  m.streams_averaged = m.vocab_size % 5 == 1;
  if (m.vocab_size % 7 == 1) m.streams_rank = g.block * (1 + m.vocab_size % 3);
  m.residual_blocks = d.whole(0, 3) == 0 ? d.whole(1, 4) : 0;
  if (d.whole(0, 3) == 0) m.updates = {d.whole(2, 4), g.block * d.whole(0, 3)};
  if (m.vocab_size > 0 && d.whole(0, 3) == 0) {
    m.per_layer = {g.block * d.whole(1, 3) * (g.even ? l.attention.tp : 1),
                   g.block * d.whole(1, 300) * (g.even ? l.attention.tp : 1)};
  }
  m.positions = d.flip() ? 0 : g.block * d.whole(1, 300);
  m.layers = random_layers(d, l, g);
  if (m.vocab_size % 3 == 2) add_memory(m, l, g);
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
  integer copies = l.attention.tp;
  for (const sl::layer& kind : m.layers.kinds) {
    const auto of_kind = [&l](const auto& a) { return a.cache_copies(l.attention.tp); };
    copies = std::gcd(copies, std::visit(of_kind, kind.attention));
  }
  l.dcp = d.flip() ? 1 : d.one_of(divisors(copies));
}

inline placed random_placed(dice& d, integer most_stages, const granularity& g) {
  placed p;
  p.layout = random_layout(d, most_stages);
  p.model = random_model(d, p.layout, g);
  list_stages(d, p.layout, p.model.layers.size());
  share_cache(d, p.layout, p.model);
  return p;
}

}  // namespace laws
