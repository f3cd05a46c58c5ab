// SPDX-License-Identifier: BSL-1.0
/// The operators of a rank under `fitted`, prepared for any step: laws of one kind lie together.
#pragma once

#include "shardline/fitted/attention/attention.hpp"
#include "shardline/fitted/elementwise.hpp"
#include "shardline/fitted/experts.hpp"
#include "shardline/fitted/gemm.hpp"
#include "shardline/fitted/recurrence.hpp"
#include "shardline/kernels/roof_laws.hpp"
#include "shardline/policies/laws.hpp"

namespace shardline {

template <class T>
class fitted_laws {
 public:
  constexpr fitted_laws() noexcept {}  // NOLINT(modernize-use-equals-default): makes no places

  constexpr void add(const fitted_accelerator<T>& a, const place_in_step& at, const gemm_shape& o,
                     double matrix, std::size_t) noexcept {
    const std::size_t reads = o.read_by_phase ? step_size::phases : step_size::one;
    gemms_.push_back(
        {at, law_of(a, o, matrix), step_size::of(o.rows), static_cast<unsigned char>(reads)});
    gemms_follow_context_ =
        gemms_follow_context_ || step_size::follows_context(step_size::of(o.rows));
  }
  constexpr void add(const fitted_accelerator<T>& a, const place_in_step& at, const vector_shape& o,
                     double, std::size_t) noexcept {
    vectors_.push_back({at, law_of(a, o)});
  }
  constexpr void add(const fitted_accelerator<T>& a, const place_in_step& at, const fused_shape&,
                     double vectors, std::size_t) noexcept {
    const T per_byte = detail::seconds_per_byte(a, a.efficiency.elementwise.bandwidth);
    fused_.add({at, step_size::none, T(0.0), T(vectors) * per_byte, T(0.0)});
  }
  constexpr void add(const fitted_accelerator<T>& a, const place_in_step& at,
                     const grouped_gemm_shape& o, double matrix, std::size_t routing) noexcept {
    grouped_.push_back({at, law_of(a, o, matrix), static_cast<unsigned char>(routing)});
  }
  constexpr void add(const fitted_accelerator<T>& a, const place_in_step& at,
                     const expert_activation_shape& o, double, std::size_t routing) noexcept {
    activations_.push_back({at, law_of(a, o), static_cast<unsigned char>(routing)});
  }
  constexpr void add(const fitted_accelerator<T>& a, const place_in_step& at,
                     const recurrence_shape& o, double, std::size_t) noexcept {
    recurrences_.push_back({at, law_of(a, o)});
  }
  constexpr void add(const fitted_accelerator<T>& a, const place_in_step& at,
                     const attention_shape& o, double, std::size_t) noexcept {
    if (runs_chosen(a, o)) {
      chosen_.push_back({at, o.phase, chosen_law_of(a, o)});
    } else if (o.phase == phase::prefill) {
      prompts_.push_back({at, prompt_law_of(a, o)});
    } else {
      decodes_.push_back({at, decode_law_of(a, o)});
    }
  }

  /// fold(place, kernel_time) for each of them in the segments that the fold wants.
  template <class Fold>
  constexpr void price(const step_sizes<T>& s, Fold& fold) const noexcept {
    const std::size_t gemms = fold.wants_fixed() || gemms_follow_context_ ? gemms_.size() : 0;
    for (std::size_t i = 0; i < gemms; ++i) {
      const gemm_of& g = gemms_[i];
      if (fold.wants(g.at.segment, g.rows)) fold(g.at, g.law.time(s[g.rows], s[g.reads]));
    }
    const auto each = [&fold](const auto& placed, unsigned char size, const auto& time) {
      for (std::size_t i = 0; i < placed.size(); ++i) {
        if (fold.wants(placed[i].at.segment, size)) fold(placed[i].at, time(placed[i]));
      }
    };
    if (fold.wants_fixed()) price_fixed(s, fold, each);
    if (const step_part<T>* part = part_in(s.step, phase::prefill)) {
      each(prompts_, size_of_attention(phase::prefill),
           [part](const prompt_of& p) { return p.law.time(*part); });
      price_chosen(*part, fold);
    }
    if (const step_part<T>* part = part_in(s.step, phase::decode)) {
      each(decodes_, size_of_attention(phase::decode),
           [part](const decode_of& d) { return d.law.time(*part); });
      price_chosen(*part, fold);
    }
  }
  /// Whether operators came that it has no place for.
  [[nodiscard]] constexpr bool overflowed() const noexcept {
    return gemms_.overflowed() || vectors_.overflowed() || grouped_.overflowed() ||
           activations_.overflowed() || prompts_.overflowed() || decodes_.overflowed() ||
           chosen_.overflowed() || recurrences_.overflowed() || fused_.overflowed();
  }

 private:
  template <class Fold>
  constexpr void price_chosen(const step_part<T>& part, Fold& fold) const noexcept {
    for (std::size_t i = 0; i < chosen_.size(); ++i) {
      const chosen_of& c = chosen_[i];
      const bool wanted = fold.wants(c.at.segment, size_of_attention(part.phase));
      if (c.of == part.phase && wanted) fold(c.at, c.law.time(part));
    }
  }
  // What never follows the cached tokens of a prompt.
  template <class Fold, class Each>
  constexpr void price_fixed(const step_sizes<T>& s, Fold& fold, const Each& each) const noexcept {
    each(vectors_, step_size::none,
         [&s](const vector_of& v) { return v.law.time(s[step_extent::tokens]); });
    each(grouped_, step_size::none, [&s](const grouped_of& g) {
      const routed_extents<T> x = routed_at(s, g.routing);
      return g.law.time(x.rows, x.distinct, x.rows_met());
    });
    each(activations_, step_size::none, [&s](const activation_of& a) {
      const routed_extents<T> x = routed_at(s, a.routing);
      return a.law.time(x.rows, x.tokens, x.rows_seen);
    });
    fused_.price(s, fold);
    for (const phase p : both_phases) {
      const step_part<T>* part = part_in(s.step, p);
      if (part == nullptr) continue;
      for (std::size_t i = 0; i < recurrences_.size(); ++i) {
        const recurrence_of& r = recurrences_[i];
        if (r.law.phase != p || !fold.wants(r.at.segment, step_size::none)) continue;
        fold(r.at, r.law.time(part->sequences, part->new_tokens));
      }
    }
  }

  struct gemm_of {
    place_in_step at{};
    gemm_law<T> law{};
    unsigned char rows = step_size::none;
    unsigned char reads = step_size::none;
  };
  struct vector_of {
    place_in_step at{};
    vector_law<T> law{};
  };
  struct grouped_of {
    place_in_step at{};
    grouped_gemm_law<T> law{};
    unsigned char routing = 0;
  };
  struct activation_of {
    place_in_step at{};
    expert_activation_law<T> law{};
    unsigned char routing = 0;
  };
  struct recurrence_of {
    place_in_step at{};
    recurrence_law<T> law{};
  };
  struct prompt_of {
    place_in_step at{};
    prompt_law<T> law{};
  };
  struct chosen_of {
    place_in_step at{};
    phase of = phase::decode;
    chosen_law<T> law{};
  };
  struct decode_of {
    place_in_step at{};
    decode_law<T> law{};
  };

  growing<gemm_of, max_gemms> gemms_;
  bool gemms_follow_context_ = false;
  growing<vector_of, max_vectors> vectors_;
  growing<grouped_of, 2 * max_layer_kinds> grouped_;
  growing<activation_of, max_layer_kinds> activations_;
  growing<prompt_of, max_attentions> prompts_;
  growing<decode_of, max_attentions> decodes_;
  growing<chosen_of, 2 * max_layer_kinds> chosen_;
  growing<recurrence_of, 4 * max_layer_kinds> recurrences_;
  passings<T> fused_;
};

template <class T>
struct laws_of_policy<T, basic_fitted<T>> {
  using type = fitted_laws<T>;
};

}  // namespace shardline
