// SPDX-License-Identifier: BSL-1.0
/// Every engine's versions, and every convention that layouts are written in: an engine that is
/// added has its lines here.
#pragma once

#include <array>
#include <cstddef>
#include <string_view>

#include "shardline/engines/engine.hpp"
#include "shardline/engines/fastertransformer.hpp"
#include "shardline/engines/megatron.hpp"
#include "shardline/engines/mesh.hpp"
#include "shardline/engines/parse.hpp"
#include "shardline/engines/product.hpp"
#include "shardline/engines/sglang.hpp"
#include "shardline/engines/tensorrt_llm.hpp"
#include "shardline/engines/vllm.hpp"

namespace shardline {

namespace detail {

template <std::size_t... N>
constexpr auto all_of(const std::array<const engine_version*, N>&... versions) noexcept {
  std::array<const engine_version*, (N + ...)> all{};
  std::size_t end = 0;
  const auto add = [&](const auto& of_one) {
    for (const engine_version* v : of_one) all[end++] = v;
  };
  (add(versions), ...);
  return all;
}

}  // namespace detail

namespace engines {

/// Every version, an engine's newest first.
inline constexpr auto all = shardline::detail::all_of(
    vllm_versions, sglang_versions, tensorrt_llm_versions, fastertransformer_versions);

}  // namespace engines

/// A version without CUDA graphs (--enforce-eager, --disable-cuda-graph): it captures none, whose
/// memory [bytes] is 0, and its program launches the kernels of a step one by one. Where it has no
/// launch time [s] of its own it takes that of vLLM of 2023, the only one measured (Splitwise's
/// traces).
///   eager(engines::vllm).runtime.cuda_graphs == 0   (tests/engines/index.cpp)
[[nodiscard]] constexpr engine_version eager(engine_version e) noexcept {
  e.runtime.cuda_graphs = {};
  e.runtime.captured = {};
  kernel_execution& k = e.kernels;
  k.host.graphs = false;
  if (!(k.host.kernel.value() > 0.0)) k.host.kernel = engines::vllm_2023.kernels.host.kernel;
  return e;
}

/// The version of this name in engines::all, or the newest of the engine of this name; nullptr
/// where there is none.
///   find_engine("vllm") == &engines::vllm_0_21, of which the name is "vllm-0.21";
///   find_engine("vllm-0.12") is null (tests/engines/index.cpp)
[[nodiscard]] constexpr const engine_version* find_engine(std::string_view name) noexcept {
  for (const engine_version* v : engines::all) {
    if (v->name == name || v->engine == name) return v;
  }
  return nullptr;
}

template <layout_flags... Flags>
struct convention_list {};

/// In the order in which messages name them.
using conventions = convention_list<vllm, sglang, tensorrt_llm, megatron, mesh_fields, product>;

namespace detail {

// visit.template operator()<Flags>() for each convention in turn, until one answers true.
template <class Visit, class... Flags>
constexpr bool any_of(convention_list<Flags...>, const Visit& visit) {
  return (visit.template operator()<Flags>() || ...);
}

// "vllm:key=value,... or product:key=value,..."
template <class... Flags>
constexpr text_line forms_of(convention_list<Flags...>) noexcept {
  text_line forms;
  std::size_t left = sizeof...(Flags);
  const auto add = [&](std::string_view name) {
    --left;
    forms.add(name);
    forms.add(left > 1 ? ":key=value,..., "
                       : (left == 1 ? ":key=value,... or " : ":key=value,..."));
  };
  (add(Flags::convention), ...);
  return forms;
}
inline constexpr text_line convention_forms = forms_of(conventions{});
static_assert(!convention_forms.overflowed, "shardline: too many conventions for a line of text");

}  // namespace detail

/// Calls visit.template operator()<Flags>() for every convention, in the order of `conventions`.
///   visits 6   (tests/engines/index.cpp)
template <class Visit>
constexpr void for_each_convention(const Visit& visit) {
  detail::any_of(conventions{}, [&]<class Flags>() {
    visit.template operator()<Flags>();
    return false;
  });
}

/// Calls visit.template operator()<Flags>() with the convention whose Flags::convention is this
/// name; false where there is none.
///   visits 1 of 6 for "mesh", 0 for "nothing"   (tests/engines/index.cpp)
template <class Visit>
constexpr bool visit_convention(std::string_view name, const Visit& visit) {
  return detail::any_of(conventions{}, [&]<class Flags>() {
    if (name != Flags::convention) return false;
    visit.template operator()<Flags>();
    return true;
  });
}

/// Reads a layout in the convention that its text names: `vllm:tp=8,dp=2,ep=on`,
/// `product:ep=64,tp=2,pp=2,layers=9/7`, degrees being counts of ranks. Case matters, and no space
/// is skipped. What cannot be read, or what the framework refuses, is an error that names key,
/// value and what is allowed. Source of keys and rules: each convention's own header.
///   parse_layout("product:ep=0").fault == parse_fault::value   (tests/engines/parse.cpp)
[[nodiscard]] constexpr parsed_layout parse_layout(std::string_view text) noexcept {
  const bool has_colon = text.find(':') != std::string_view::npos;
  const std::string_view name = detail::cut(text, ':');
  parsed_layout parsed =
      detail::refuse(parse_fault::convention, "convention", name, detail::convention_forms.view());
  if (has_colon) {
    visit_convention(name, [&]<class Flags>() { parsed = parse_flags<Flags>(text); });
  }
  return parsed;
}

}  // namespace shardline
