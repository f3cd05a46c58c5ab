// SPDX-License-Identifier: BSL-1.0
/// The operators of a rank under a policy that answers for whole operators only: kept as they are,
/// and priced by its time_of(accelerator, operator) in every step.
#pragma once

#include <variant>

#include "shardline/base/alternative.hpp"
#include "shardline/kernels/kernel_time.hpp"
#include "shardline/kernels/roof_laws.hpp"

namespace shardline {

namespace detail {

// Any shape: a type of a template's, so that it is only compiled where such a policy is.
template <class T>
struct listed_shape {
  using type = std::variant<gemm_shape, vector_shape, fused_shape, grouped_gemm_shape,
                            expert_activation_shape, recurrence_shape, attention_shape>;
};

}  // namespace detail

template <class T, class Efficiency>
class listed_laws {
 public:
  constexpr listed_laws() noexcept {}  // NOLINT(modernize-use-equals-default): makes no places

  /// An operator of a segment on this accelerator; `routing`: which of the layers with experts.
  template <class Shape>
  constexpr void add(const basic_accelerator<T, Efficiency>& a, const place_in_step& at,
                     const Shape& o, double, std::size_t routing) noexcept {
    accelerator_ = a;
    rows_.push_back({at, o, static_cast<unsigned char>(routing), size_of(o)});
  }

  /// The time of each operator that `fold` wants, in a step of these sizes, handed to it in order.
  template <class Fold>
  constexpr void price(const step_sizes<T>& s, Fold& fold) const noexcept {
    for (std::size_t i = 0; i < rows_.size(); ++i) {
      const row& r = rows_[i];
      if (!fold.wants(r.at.segment, r.size)) continue;
      visit_alternative(r.what, pricing<Fold>{*this, s, r, fold});
    }
  }
  /// Whether operators came that it has no place for.
  [[nodiscard]] constexpr bool overflowed() const noexcept { return rows_.overflowed(); }

 private:
  struct row {
    place_in_step at{};
    typename detail::listed_shape<T>::type what{};
    unsigned char routing = 0;
    unsigned char size = step_size::none;
  };

  // What a shape follows that may differ from chunk to chunk of a prompt.
  static constexpr unsigned char size_of(const gemm_shape& o) noexcept {
    return step_size::of(o.rows);
  }
  static constexpr unsigned char size_of(const attention_shape& o) noexcept {
    return size_of_attention(o.phase);
  }
  template <class Shape>
  static constexpr unsigned char size_of(const Shape&) noexcept {
    return step_size::none;
  }

  template <class Fold>
  struct pricing {
    const listed_laws& laws;
    const step_sizes<T>& sizes;
    const row& r;
    Fold& fold;

    constexpr void operator()(const grouped_gemm_shape& o) const {
      price(operator_of(o, routed()));
    }
    constexpr void operator()(const expert_activation_shape& o) const {
      price(operator_of(o, routed()));
    }
    constexpr void operator()(const recurrence_shape& o) const { in_its_phase(o); }
    constexpr void operator()(const attention_shape& o) const { in_its_phase(o); }
    template <class Shape>
    constexpr void operator()(const Shape& o) const {
      price(operator_of(o, sizes.step));
    }

   private:
    [[nodiscard]] constexpr routed_extents<T> routed() const noexcept {
      return routed_at(sizes, r.routing);
    }
    // A part that a lane, or an average, has no sequences of launches nothing.
    template <class Shape>
    constexpr void in_its_phase(const Shape& o) const {
      const step_part<T>* own_part = part_in(sizes.step, o.phase);
      if (own_part == nullptr) return;
      const kernel_time<T> in_full = plain(time_of(laws.accelerator_, operator_of(o, *own_part)));
      const T runs_it = sizes[step_size::of(step_size::of_phase::runs, o.phase)];
      fold(r.at, kernel_time<T>{in_full.compute * runs_it, in_full.memory * runs_it,
                                in_full.exposed * runs_it, in_full.launch * runs_it});
    }
    template <class Operator>
    constexpr void price(const Operator& op) const {
      fold(r.at, plain(time_of(laws.accelerator_, op)));
    }
  };

  basic_accelerator<T, Efficiency> accelerator_{};
  growing<row, max_prepared> rows_{};
};

}  // namespace shardline
