/// Layouts as text: `vllm:tp=8,dp=2,ep=on`, `product:ep=64,tp=2,pp=2,layers=9/7`.
#pragma once

#include <array>
#include <cstddef>
#include <string_view>

#include "shardline/base/field.hpp"
#include "shardline/convention/product.hpp"
#include "shardline/convention/vllm.hpp"

namespace shardline {

/// What is wrong with a layout's text.
enum class parse_fault : unsigned char {
  none,
  convention,  // the part before ':' names no convention
  key,         // the convention has no such key, or there is an empty item
  repeated,    // a key stands twice
  value        // missing, not what the key takes, or out of range
};

/// A layout, or what is wrong with the first faulty part of its text. The views point into that
/// text, except `allowed`, which is a sentence of its own.
///   subject   the key, or the convention where that is the fault
///   value     what stands there, possibly nothing
/// One line for a user: subject ": " value "; allowed: " allowed (io/text.hpp has it).
struct parsed_layout {
  shardline::layout layout{};
  parse_fault fault = parse_fault::none;
  std::string_view subject{};
  std::string_view value{};
  std::string_view allowed{};

  [[nodiscard]] constexpr bool has_value() const noexcept { return fault == parse_fault::none; }
};

namespace detail {

// Constants of their own, since what is allowed is a view.
template <field Field>
inline constexpr text_line allowed_numbers = allowed_in(range_of(Field));

constexpr text_line allowed_stages() noexcept {
  text_line line;
  line.add("whole numbers from ").add(lowest_count(field::layers));
  line.add(" to ").add(highest_count(field::layers)).add(" with / between them, at most ");
  return line.add(highest_count(field::listed_stages));
}
inline constexpr text_line stage_numbers = allowed_stages();

// A key of a convention and where its value goes: a degree, or copies of experts, of which there
// may be 0; a switch; or the layers of each stage. `value` is what stood there.
struct setting {
  std::string_view key{};
  count* number = nullptr;
  bool* on = nullptr;
  stage_layers* stages = nullptr;
  bool is_degree = true;
  bool seen = false;
  std::string_view value{};
};

// Cuts `text` at the first `mark`: returns what is before it and leaves what is behind it.
constexpr std::string_view cut(std::string_view& text, char mark) noexcept {
  const std::size_t at = text.find(mark);
  const std::string_view head = text.substr(0, at);
  text.remove_prefix(at == std::string_view::npos ? text.size() : at + 1);
  return head;
}

// The whole number that `text` is, from 0 to `most`, or -1.
constexpr count read_whole(std::string_view text, count most) noexcept {
  count value = text.empty() ? -1 : 0;
  for (const char c : text) {
    if (c < '0' || c > '9') return -1;
    value = value * 10 + (c - '0');
    if (value > most) return -1;  // before it can overflow
  }
  return value;
}

// Numbers of layers with '/' between them; false where `text` is anything else.
constexpr bool read_stages(std::string_view text, stage_layers& stages) noexcept {
  for (bool more = true; more;) {
    more = text.find('/') != std::string_view::npos;
    const count layers = read_whole(cut(text, '/'), highest_count(field::layers));
    if (layers < lowest_count(field::layers)) return false;
    stages.push_back(static_cast<std::uint16_t>(layers));
  }
  return !stages.overflowed;
}

constexpr parsed_layout refuse(parse_fault fault, std::string_view subject, std::string_view value,
                               std::string_view allowed) noexcept {
  return {{}, fault, subject, value, allowed};
}

constexpr parsed_layout read_value(setting& s, std::string_view key,
                                   std::string_view value) noexcept {
  if (s.seen) return refuse(parse_fault::repeated, key, value, "each key once");
  s.seen = true;
  s.value = value;
  if (s.on != nullptr) {
    *s.on = value == "on";
    if (value == "on" || value == "off") return {};
    return refuse(parse_fault::value, key, value, "on or off");
  }
  if (s.stages != nullptr) {
    if (read_stages(value, *s.stages)) return {};
    return refuse(parse_fault::value, key, value, stage_numbers.view());
  }
  const field range = s.is_degree ? field::tp : field::redundant_experts;
  *s.number = read_whole(value, highest_count(range));
  if (*s.number >= lowest_count(range)) return {};
  return refuse(parse_fault::value, key, value,
                s.is_degree ? allowed_numbers<field::tp>.view()
                            : allowed_numbers<field::redundant_experts>.view());
}

// `key=value` items with commas between them, at least one.
template <std::size_t N>
constexpr parsed_layout read_settings(std::string_view text, std::array<setting, N>& settings,
                                      std::string_view keys) noexcept {
  for (bool more = true; more;) {
    more = text.find(',') != std::string_view::npos;
    std::string_view value = cut(text, ',');
    const std::string_view key = cut(value, '=');
    setting* known = nullptr;
    for (setting& s : settings) {
      if (s.key == key) known = &s;
    }
    if (known == nullptr) return refuse(parse_fault::key, key, value, keys);
    const parsed_layout read = read_value(*known, key, value);
    if (!read.has_value()) return read;
  }
  return {};
}

}  // namespace detail

/// Reads vLLM's flags: keys tp, dp, pp, pcp, dcp (whole numbers, 1 if left out), ep and all2all (on
/// or off, off if left out), layers (of each stage, 31/30) and redundant (experts, with ep=on), in
/// any order, each once.
///   parse_vllm("tp=8,dp=2,ep=on").layout == to_layout(vllm{.tp = 8, .dp = 2, .expert_parallel =
///   true})
[[nodiscard]] constexpr parsed_layout parse_vllm(std::string_view text) noexcept {
  vllm v;
  std::array<detail::setting, 9> settings{
      {{"tp", &v.tp},
       {"dp", &v.dp},
       {"pp", &v.pp},
       {"pcp", &v.pcp},
       {"dcp", &v.dcp},
       {"ep", nullptr, &v.expert_parallel},
       {"all2all", nullptr, &v.all_to_all},
       {"layers", nullptr, nullptr, &v.layers},
       {"redundant", &v.redundant_experts, nullptr, nullptr, false}}};
  parsed_layout result =
      detail::read_settings(text, settings, "tp, dp, pp, pcp, dcp, ep, all2all, layers, redundant");
  if (!result.has_value()) return result;
  if (v.redundant_experts > 0 && !v.expert_parallel) {
    return detail::refuse(parse_fault::value, "redundant", settings.back().value,
                          "0, or with ep=on");
  }
  result.layout = to_layout(v);
  return result;
}

/// Reads a product plan: keys ep, tp, pp, dp (whole numbers, 1 if left out), layers (of each stage,
/// 9/7) and redundant (experts), in any order, each once.
///   parse_product("ep=64,tp=16,pp=4,dp=4").layout.gpus() == 16384
[[nodiscard]] constexpr parsed_layout parse_product(std::string_view text) noexcept {
  product p;
  std::array<detail::setting, 6> settings{
      {{"ep", &p.ep},
       {"tp", &p.tp},
       {"pp", &p.pp},
       {"dp", &p.dp},
       {"layers", nullptr, nullptr, &p.layers},
       {"redundant", &p.redundant_experts, nullptr, nullptr, false}}};
  parsed_layout result = detail::read_settings(text, settings, "ep, tp, pp, dp, layers, redundant");
  if (result.has_value()) result.layout = to_layout(p);
  return result;
}

/// Reads a layout in the convention that its text names. Case counts, and no space is skipped.
///   parse_layout("product:ep=0").fault == parse_fault::value   (tests/convention/parse.cpp)
[[nodiscard]] constexpr parsed_layout parse_layout(std::string_view text) noexcept {
  const bool has_colon = text.find(':') != std::string_view::npos;
  const std::string_view convention = detail::cut(text, ':');
  if (has_colon && convention == "vllm") return parse_vllm(text);
  if (has_colon && convention == "product") return parse_product(text);
  return detail::refuse(parse_fault::convention, "convention", convention,
                        "vllm:key=value,... or product:key=value,...");
}

}  // namespace shardline
