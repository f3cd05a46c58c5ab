// SPDX-License-Identifier: BSL-1.0
/// Regular expressions over module names, as lists of matrices in quantisation settings have them.
#pragma once

#include <array>
#include <bitset>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "shardline/base/fwd.hpp"

namespace shardline::hf {

/// An expression of Python's `re`, without what needs memory of what was matched: characters,
/// classes as [0-9] and \d, groups, |, ?, *, +, {m,n}, ^, $, \b, lookahead (?=...) and (?!...).
/// Matched by following all its alternatives at once (Thompson 1968): as many steps as the text is
/// long, whatever the expression, where std::regex throws and recurses on hostile ones.
class expression {
 public:
  /// None for one that is malformed, longer than most_steps, or has more than is said above.
  [[nodiscard]] static std::optional<expression> of(std::string_view text);

  /// Whether the text begins with a match (re.match).
  [[nodiscard]] bool begins(std::string_view text) const { return matches_at(0, text, 0); }

  static constexpr std::size_t most_steps = 2048;

 private:
  enum class step_kind : unsigned char { one_of, split, jump, first, last, edge, ahead, found };
  // What a step goes on to: the one behind it, or `to`; split tries both.
  struct step {
    step_kind kind{};
    bool wanted = true;  // of ahead and edge: that there is one
    std::bitset<256> characters{};
    std::size_t to = 0;
  };
  struct parser;
  class states;

  [[nodiscard]] bool matches_at(std::size_t start, std::string_view text, std::size_t at) const;

  std::vector<step> steps_{};
};

/// The steps that are under way at one place of the text, each once.
class expression::states {
 public:
  states(const expression& of, std::string_view text)
      : of_(of), text_(text), seen_(of.steps_.size(), false) {}

  // Adds a step, and what follows without reading. True where a match is found.
  bool add(std::size_t first_step, std::size_t at) {
    open_.assign(1, first_step);
    while (!open_.empty()) {
      const std::size_t n = open_.back();
      open_.pop_back();
      if (seen_[n]) continue;
      seen_[n] = true;
      const step& s = of_.steps_[n];
      if (s.kind == step_kind::found) return true;
      if (s.kind == step_kind::one_of) {
        reading_.push_back(n);
      } else if (s.kind == step_kind::split) {
        open_.push_back(s.to);
        open_.push_back(n + 1);
      } else if (s.kind == step_kind::jump) {
        open_.push_back(s.to);
      } else if (holds(s, n, at)) {
        open_.push_back(s.kind == step_kind::ahead ? s.to : n + 1);
      }
    }
    return false;
  }
  [[nodiscard]] const std::vector<std::size_t>& reading() const { return reading_; }
  // As at the beginning, for another place: what was allocated is kept.
  void clear() {
    seen_.assign(seen_.size(), false);
    reading_.clear();
  }

 private:
  [[nodiscard]] bool is_word(std::size_t at) const {
    if (at >= text_.size()) return false;
    const char c = text_[at];
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
  }
  [[nodiscard]] bool holds(const step& s, std::size_t n, std::size_t at) const {
    if (s.kind == step_kind::first) return at == 0;
    if (s.kind == step_kind::last) return at == text_.size();
    if (s.kind == step_kind::edge) {
      const bool before = at > 0 && is_word(at - 1);
      return (before != is_word(at)) == s.wanted;
    }
    return of_.matches_at(n + 1, text_, at) == s.wanted;
  }

  const expression& of_;
  std::string_view text_;
  std::vector<bool> seen_;
  std::vector<std::size_t> reading_{};
  std::vector<std::size_t> open_{};
};

inline bool expression::matches_at(std::size_t start, std::string_view text, std::size_t at) const {
  states here(*this, text);
  if (here.add(start, at)) return true;
  states there(*this, text);
  states* now = &here;
  states* next = &there;
  for (; at < text.size() && !now->reading().empty(); ++at) {
    next->clear();
    const auto c = static_cast<unsigned char>(text[at]);
    for (const std::size_t n : now->reading()) {
      if (steps_[n].characters.test(c) && next->add(n + 1, at + 1)) return true;
    }
    std::swap(now, next);
  }
  return false;
}

/// Reads an expression by descent. Every member leaves `failed` where it cannot.
struct expression::parser {
  std::string_view text;
  std::size_t at = 0;
  int depth = 0;
  bool failed = false;
  std::vector<step> steps{};

  [[nodiscard]] bool ends() const { return at >= text.size(); }
  [[nodiscard]] bool takes(std::string_view token) {
    if (!text.substr(at).starts_with(token)) return false;
    at += token.size();
    return true;
  }
  void put(const step& s) {
    if (steps.size() < most_steps) {
      steps.push_back(s);
    } else {
      failed = true;
    }
  }
  // Puts a step in front of those from `from` on, whose targets move with them.
  void put_before(std::size_t from, const step& s) {
    put({});
    if (failed) return;
    for (std::size_t i = steps.size() - 1; i > from; --i) {
      steps[i] = steps[i - 1];
      if (steps[i].to >= from && has_target(steps[i].kind)) ++steps[i].to;
    }
    steps[from] = s;
  }
  [[nodiscard]] static bool has_target(step_kind k) {
    return k == step_kind::split || k == step_kind::jump || k == step_kind::ahead;
  }

  // a|b|c
  void alternatives() {
    constexpr int deepest = 16;
    if (++depth > deepest) failed = true;
    std::vector<std::size_t> ends_of_parts;
    std::size_t from = steps.size();
    sequence();
    while (!failed && takes("|")) {
      put_before(from, {step_kind::split, true, {}, steps.size() + 2});
      ends_of_parts.push_back(steps.size());
      put({step_kind::jump, true, {}, 0});
      from = steps.size();
      sequence();
    }
    for (const std::size_t end : ends_of_parts) {
      if (!failed) steps[end].to = steps.size();
    }
    --depth;
  }
  void sequence() {
    while (!failed && !ends() && text[at] != '|' && text[at] != ')') {
      const std::size_t from = steps.size();
      item();
      repeated(from);
    }
  }
  void item() {
    if (takes("(")) return group();
    if (takes("^")) return put({step_kind::first, true, {}, 0});
    if (takes("$")) return put({step_kind::last, true, {}, 0});
    if (takes("\\b")) return put({step_kind::edge, true, {}, 0});
    if (takes("\\B")) return put({step_kind::edge, false, {}, 0});
    step s{step_kind::one_of, true, {}, 0};
    if (takes("[")) {
      s.characters = listed();
    } else if (takes(".")) {
      s.characters.set();
    } else {
      s.characters = one_character();
    }
    put(s);
  }
  void group() {
    const bool ahead = takes("?=");
    const bool not_ahead = !ahead && takes("?!");
    if (!ahead && !not_ahead && !takes("?:") && text.substr(at).starts_with("?")) failed = true;
    const std::size_t from = steps.size();
    if (ahead || not_ahead) put({step_kind::ahead, ahead, {}, 0});
    alternatives();
    if (ahead || not_ahead) put({step_kind::found, true, {}, 0});
    if (!takes(")")) failed = true;
    if (!failed && (ahead || not_ahead)) steps[from].to = steps.size();
  }
  // \. \d \w \s and characters that stand for themselves.
  std::bitset<256> one_character() {
    std::bitset<256> set;
    const char c = text[at++];
    if (c != '\\') {
      if (std::string_view("*+?{})]").find(c) != std::string_view::npos) failed = true;
      return set.set(static_cast<unsigned char>(c));
    }
    if (ends()) failed = true;
    return failed ? set : escaped(text[at++]);
  }
  std::bitset<256> escaped(char c) {
    std::bitset<256> set;
    const char kind = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    const auto span = [&set](unsigned char first, unsigned char last) {
      for (unsigned i = first; i <= last; ++i) set.set(i);
    };
    if (kind == 'd' || kind == 'w') span('0', '9');
    if (kind == 'w') {
      span('a', 'z');
      span('A', 'Z');
      set.set('_');
    }
    if (kind == 's') {
      for (const char blank : {' ', '\t', '\n', '\r', '\f', '\v'}) {
        set.set(static_cast<unsigned char>(blank));
      }
    }
    if (set.any()) return c == kind ? set : set.flip();
    const bool letter = (kind >= 'a' && kind <= 'z') || (c >= '0' && c <= '9');
    if (letter) failed = true;
    return set.set(static_cast<unsigned char>(c));
  }
  std::bitset<256> listed() {
    std::bitset<256> set;
    const bool others = takes("^");
    for (bool first = true; !failed && (first || !text.substr(at).starts_with("]"));
         first = false) {
      if (ends()) failed = true;
      if (failed) return set;
      const char begin = text[at];
      const std::bitset<256> one = begin == '\\' ? one_character() : at_it();
      const bool ranged = text.substr(at).starts_with("-") && !text.substr(at).starts_with("-]");
      if (!ranged || one.count() != 1) {
        set |= one;
        continue;
      }
      at += 1;
      if (ends() || text[at] == '\\' || text[at] < begin) failed = true;
      if (failed) return set;
      const auto last = static_cast<unsigned char>(text[at]);
      for (unsigned c = static_cast<unsigned char>(begin); c <= last; ++c) set.set(c);
      ++at;
    }
    if (!takes("]")) failed = true;
    return others ? ~set : set;
  }
  std::bitset<256> at_it() {
    std::bitset<256> set;
    return set.set(static_cast<unsigned char>(text[at++]));
  }

  // ? * + {m} {m,} {m,n}, lazy or not: which match is found makes no difference here.
  void repeated(std::size_t from) {
    if (failed || ends()) return;
    if (takes("?")) {
      optional(from);
    } else if (takes("*")) {
      optional(from);
      if (!failed) put({step_kind::jump, true, {}, from});
      if (!failed) steps[from].to = steps.size();
    } else if (takes("+")) {
      put({step_kind::split, true, {}, from});
    } else if (takes("{")) {
      return counted(from);
    } else {
      return;
    }
    (void)takes("?");
  }
  void optional(std::size_t from) {
    put_before(from, {step_kind::split, true, {}, steps.size() + 1});
  }
  std::optional<std::size_t> number() {
    std::size_t n = 0;
    const std::size_t from = at;
    while (!ends() && text[at] >= '0' && text[at] <= '9' && at - from < 4) {
      n = n * 10 + static_cast<std::size_t>(text[at++] - '0');
    }
    return at == from ? std::nullopt : std::optional(n);
  }
  void counted(std::size_t from) {
    const std::optional<std::size_t> least = number();
    const bool ranged = takes(",");
    const std::optional<std::size_t> most = ranged ? number() : least;
    if (!takes("}") || !least || (most && (*most < *least || *most == 0)) || *least > 64) {
      failed = true;
    }
    if (failed) return;
    const std::vector<step> body(steps.begin() + static_cast<std::ptrdiff_t>(from), steps.end());
    steps.resize(from);
    for (std::size_t i = 0; !failed && i < *least; ++i) copy(body, from);
    if (!most) {
      const std::size_t again = steps.size();
      copy(body, from);
      optional(again);
      put({step_kind::jump, true, {}, again});
      if (!failed) steps[again].to = steps.size();
      return;
    }
    for (std::size_t i = *least; !failed && i < *most; ++i) {
      const std::size_t again = steps.size();
      copy(body, from);
      optional(again);
    }
  }
  void copy(const std::vector<step>& body, std::size_t from) {
    const std::size_t moved = steps.size() - from;
    for (step s : body) {
      if (has_target(s.kind)) s.to += moved;
      put(s);
    }
  }
};

inline std::optional<expression> expression::of(std::string_view text) {
  parser p{text};
  p.alternatives();
  if (p.failed || !p.ends()) return {};
  p.put({step_kind::found, true, {}, 0});
  if (p.failed) return {};
  expression e;
  e.steps_ = std::move(p.steps);
  return e;
}

}  // namespace shardline::hf
