// SPDX-License-Identifier: BSL-1.0
/// config.json to what each layer sees: everything, a window, a chunk, or a recurrent state.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "shardline/io/hf/blocks/attention.hpp"

namespace shardline::hf {

/// What the token mixer of one layer sees.
struct sight {
  integer window = 0;  // 0: everything
  bool chunked = false;
  bool linear = false;
};

namespace detail {

// What `layer_types` calls the layers that do not see everything.
constexpr std::string_view second_type(const family& known) noexcept {
  if (known.windows == window_rule::chunked) return "chunked_attention";
  if (known.windows == window_rule::linear) return "linear_attention";
  return "sliding_attention";
}

constexpr const char* window_key(const family& known) noexcept {
  return known.windows == window_rule::chunked ? "attention_chunk_size" : "sliding_window";
}

/// The window of those layers that have one; 0 if none has.
inline integer read_window(const fields& f, const family& known) {
  const bool switched =
      known.windows == window_rule::later_layers || known.windows == window_rule::contested;
  if (switched && !f.flag("use_sliding_window", false)) return 0;
  if (known.windows == window_rule::linear) return 0;
  return f.whole_or(window_key(known), known.window, 0, any_length);
}

inline sight narrow_sight(const family& known, integer window) {
  return {window, known.windows == window_rule::chunked, known.windows == window_rule::linear};
}

inline std::vector<bool> stated_layers(const fields& f, const family& known, integer layers) {
  const std::vector<std::string> types = f.words("layer_types");
  std::vector<bool> narrow;
  for (const std::string& type : types) {
    narrow.push_back(type == second_type(known));
    if (narrow.back() || type == "full_attention") continue;
    f.report().fail(f.path_of("layer_types") + "[" + std::to_string(narrow.size() - 1) +
                    "]: " + quoted({printable(type)}) +
                    "; allowed: " + quoted({"full_attention", second_type(known)}));
  }
  if (static_cast<integer>(types.size()) != layers) {
    f.report().fail(f.path_of("layer_types") + ": " + std::to_string(types.size()) +
                    " entries; allowed: one per layer (" + std::to_string(layers) + ")");
  }
  narrow.resize(static_cast<std::size_t>(layers));
  return narrow;
}

// Every n-th layer, counted from one, sees everything.
inline std::vector<bool> but_every(integer n, integer layers) {
  std::vector<bool> narrow;
  for (integer i = 0; i < layers; ++i) narrow.push_back((i + 1) % n != 0);
  return narrow;
}

/// Llama 4: layers with rotary embedding see a chunk. An empty list stands for none, as the class
/// takes it.
inline std::vector<bool> chunked_layers(const fields& f, integer layers) {
  const std::string allowed = "0 or 1 for each layer (" + std::to_string(layers) + ")";
  const auto listed = f.whole_list("no_rope_layers", {0, 1}, allowed);
  const integer interval = f.whole_or("no_rope_layer_interval", 4, any_layers);
  if (!listed || listed->empty()) return but_every(interval, layers);
  if (static_cast<integer>(listed->size()) < layers) f.refuse("no_rope_layers", allowed);
  std::vector<bool> narrow(listed->begin(), listed->end());
  narrow.resize(static_cast<std::size_t>(layers));
  return narrow;
}

inline std::vector<bool> later_layers(const fields& f, const family& known, integer layers) {
  const integer first = f.whole_or("max_window_layers", known.max_window_layers, any_index);
  std::vector<bool> narrow;
  for (integer i = 0; i < layers; ++i) narrow.push_back(i >= first);
  return narrow;
}

inline std::vector<bool> contested_layers(const fields& f, integer layers) {
  if (f.flag("use_sliding_window", false)) {
    f.refuse("use_sliding_window", "false, or layer_types that say which layers slide");
  }
  return std::vector<bool>(static_cast<std::size_t>(layers));
}

inline std::vector<bool> narrow_layers(const fields& f, const family& known, integer layers) {
  if (f.find("layer_types") != nullptr) return stated_layers(f, known, layers);
  switch (known.windows) {
    case window_rule::none:
      break;
    case window_rule::every_layer:
      return std::vector<bool>(static_cast<std::size_t>(layers), true);
    case window_rule::later_layers:
      return later_layers(f, known, layers);
    case window_rule::contested:
      return contested_layers(f, layers);
    case window_rule::even_layers:
      return but_every(2, layers);
    case window_rule::but_every_nth:
      return but_every(f.whole_or(f.name_of({"sliding_window_pattern", "_sliding_window_pattern",
                                             "global_attn_every_n_layers"}),
                                  known.window_period, any_layers),
                       layers);
    case window_rule::chunked:
      return chunked_layers(f, layers);
    case window_rule::linear:
      return but_every(f.whole_or("full_attention_interval", 4, any_layers), layers);
  }
  return std::vector<bool>(static_cast<std::size_t>(layers));
}

// Whether a layer cannot do without its window: where the layers are told apart by it.
inline bool needs_window(const fields& f, const family& known) {
  return known.windows == window_rule::chunked ||
         (known.windows != window_rule::linear && f.find("layer_types") != nullptr);
}

}  // namespace detail

/// What each layer sees.
[[nodiscard]] inline std::vector<sight> read_sights(const fields& f, const family& known,
                                                    integer layers) {
  const integer window = detail::read_window(f, known);
  std::vector<sight> result;
  bool any_narrow = false;
  for (const bool narrow : detail::narrow_layers(f, known, layers)) {
    result.push_back(narrow ? detail::narrow_sight(known, window) : sight{});
    any_narrow = any_narrow || narrow;
  }
  if (any_narrow && window == 0 && detail::needs_window(f, known)) {
    f.refuse(detail::window_key(known), "a length, since some layers see no further");
  }
  return result;
}

}  // namespace shardline::hf
