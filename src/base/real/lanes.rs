//! Several rows at once: one vector register of `f64`, or a single `f64` where the processor has
//! nothing better.

use super::{Real, elementary};
use std::ops::{Add, Div, Mul, Neg, Sub};

/// The operations that every elementary function here is built from. Each maps to one
/// instruction, and each gives the same bits on every implementation.
pub trait Vector:
    Copy + Add<Output = Self> + Sub<Output = Self> + Mul<Output = Self> + Div<Output = Self> + Neg<Output = Self>
{
    /// Rows per vector.
    const WIDTH: usize;
    /// The same number in every lane.
    fn splat(value: f64) -> Self;
    /// Reads `WIDTH` numbers.
    fn load(from: &[f64]) -> Self;
    /// Writes `WIDTH` numbers.
    fn store(self, to: &mut [f64]);
    /// Applies a function lane by lane (slow; for functions that laws rarely use).
    fn each(self, f: impl Fn(f64) -> f64) -> Self;
    /// Square root.
    fn root(self) -> Self;
    /// Lane by lane, `yes` where `self < limit`, else `no`.
    fn if_below(self, limit: Self, yes: Self, no: Self) -> Self;
    /// Adds to the bit pattern.
    fn bits_add(self, bits: u64) -> Self;
    /// Subtracts another bit pattern.
    fn bits_sub(self, other: Self) -> Self;
    /// Masks the bit pattern.
    fn bits_and(self, mask: u64) -> Self;
    /// Sets bits of the bit pattern.
    fn bits_or(self, mask: u64) -> Self;
    /// Shifts the bit pattern left by 52, from the integer place to the exponent.
    fn shifted_left(self) -> Self;
    /// Shifts the bit pattern right by 52, from the exponent to the integer place.
    fn shifted_right(self) -> Self;
}

impl Vector for f64 {
    const WIDTH: usize = 1;
    #[inline(always)]
    fn splat(value: f64) -> Self {
        value
    }
    #[inline(always)]
    fn load(from: &[f64]) -> Self {
        from[0]
    }
    #[inline(always)]
    fn store(self, to: &mut [f64]) {
        to[0] = self;
    }
    #[inline(always)]
    fn each(self, f: impl Fn(f64) -> f64) -> Self {
        f(self)
    }
    #[inline(always)]
    fn root(self) -> Self {
        self.sqrt()
    }
    #[inline(always)]
    fn if_below(self, limit: Self, yes: Self, no: Self) -> Self {
        if self < limit { yes } else { no }
    }
    #[inline(always)]
    fn bits_add(self, bits: u64) -> Self {
        Self::from_bits(self.to_bits().wrapping_add(bits))
    }
    #[inline(always)]
    fn bits_sub(self, other: Self) -> Self {
        Self::from_bits(self.to_bits().wrapping_sub(other.to_bits()))
    }
    #[inline(always)]
    fn bits_and(self, mask: u64) -> Self {
        Self::from_bits(self.to_bits() & mask)
    }
    #[inline(always)]
    fn bits_or(self, mask: u64) -> Self {
        Self::from_bits(self.to_bits() | mask)
    }
    #[inline(always)]
    fn shifted_left(self) -> Self {
        Self::from_bits(self.to_bits() << 52)
    }
    #[inline(always)]
    fn shifted_right(self) -> Self {
        Self::from_bits(self.to_bits() >> 52)
    }
}

/// A vector register as a scalar that laws can be written over.
#[derive(Clone, Copy, Debug)]
pub struct Lanes<V>(pub V);

macro_rules! arithmetic {
    ($($op:ident $method:ident),*) => {$(
        impl<V: Vector> $op for Lanes<V> {
            type Output = Self;
            #[inline(always)]
            fn $method(self, other: Self) -> Self { Self(self.0.$method(other.0)) }
        }
        impl<V: Vector> $op<f64> for Lanes<V> {
            type Output = Self;
            #[inline(always)]
            fn $method(self, other: f64) -> Self { Self(self.0.$method(V::splat(other))) }
        }
    )*};
}
arithmetic!(Add add, Sub sub, Mul mul, Div div);

impl<V: Vector> Neg for Lanes<V> {
    type Output = Self;
    #[inline(always)]
    fn neg(self) -> Self {
        Self(-self.0)
    }
}

/// [`Real`] for a scalar without derivatives, by way of its [`Vector`].
macro_rules! plain_real {
    ($type:ty, [$($generics:tt)*], $wrap:expr, $unwrap:expr) => {
        impl<$($generics)*> Real for $type {
            type Plain = Self;
            #[inline(always)]
            fn constant(value: f64) -> Self {
                $wrap(Vector::splat(value))
            }
            #[inline(always)]
            fn plain(value: Self) -> Self {
                value
            }
            #[inline(always)]
            fn value(self) -> Self {
                self
            }
            #[inline(always)]
            fn scale(self, factor: Self) -> Self {
                self * factor
            }
            #[inline(always)]
            fn chain(self, f: Self, _first: Self, _second: Self) -> Self {
                f
            }
            #[inline(always)]
            fn below(self, limit: Self, yes: Self, no: Self) -> Self {
                $wrap($unwrap(self).if_below($unwrap(limit), $unwrap(yes), $unwrap(no)))
            }
            #[inline(always)]
            fn exp(self) -> Self {
                $wrap(elementary::exp($unwrap(self)))
            }
            #[inline(always)]
            fn ln(self) -> Self {
                $wrap(elementary::ln($unwrap(self)))
            }
            #[inline(always)]
            fn exp_m1(self) -> Self {
                $wrap(elementary::exp_m1($unwrap(self)))
            }
            #[inline(always)]
            fn ln_1p(self) -> Self {
                $wrap(elementary::ln_1p($unwrap(self)))
            }
            #[inline(always)]
            fn sqrt(self) -> Self {
                $wrap($unwrap(self).root())
            }
            #[inline(always)]
            fn sin(self) -> Self {
                $wrap($unwrap(self).each(f64::sin))
            }
            #[inline(always)]
            fn cos(self) -> Self {
                $wrap($unwrap(self).each(f64::cos))
            }
            #[inline(always)]
            fn atan(self) -> Self {
                $wrap($unwrap(self).each(f64::atan))
            }
        }
    };
}
plain_real!(f64, [], |v: f64| v, |v: f64| v);
plain_real!(Lanes<V>, [V: Vector], Lanes, |v: Lanes<V>| v.0);

#[cfg(target_arch = "x86_64")]
pub mod x86 {
    //! AVX2 and AVX-512 registers. Values of these types exist only inside functions compiled
    //! for the instruction set, which are entered only after the processor was found to have it.
    use super::Vector;
    use std::arch::x86_64::*;
    use std::ops::{Add, Div, Mul, Neg, Sub};

    macro_rules! register {
        ($name:ident, $register:ty, $doc:literal, $width:literal,
         $add:ident $sub:ident $mul:ident $div:ident $sqrt:ident $set:ident $load:ident $store:ident
         $to_bits:ident $from_bits:ident $set_bits:ident $add_bits:ident $sub_bits:ident $and:ident $or:ident
         $left:ident $right:ident, $select:expr) => {
            #[doc = $doc]
            #[derive(Clone, Copy, Debug)]
            pub struct $name($register);

            // SAFETY (all below): the instruction set is there, see the module's first paragraph.
            impl Add for $name {
                type Output = Self;
                #[inline(always)]
                fn add(self, o: Self) -> Self {
                    Self(unsafe { $add(self.0, o.0) })
                }
            }
            impl Sub for $name {
                type Output = Self;
                #[inline(always)]
                fn sub(self, o: Self) -> Self {
                    Self(unsafe { $sub(self.0, o.0) })
                }
            }
            impl Mul for $name {
                type Output = Self;
                #[inline(always)]
                fn mul(self, o: Self) -> Self {
                    Self(unsafe { $mul(self.0, o.0) })
                }
            }
            impl Div for $name {
                type Output = Self;
                #[inline(always)]
                fn div(self, o: Self) -> Self {
                    Self(unsafe { $div(self.0, o.0) })
                }
            }
            impl Neg for $name {
                type Output = Self;
                #[inline(always)]
                fn neg(self) -> Self {
                    self.bits_add(1 << 63)
                }
            }
            impl Vector for $name {
                const WIDTH: usize = $width;
                #[inline(always)]
                fn splat(value: f64) -> Self {
                    Self(unsafe { $set(value) })
                }
                #[inline(always)]
                fn load(from: &[f64]) -> Self {
                    assert!(from.len() >= $width);
                    Self(unsafe { $load(from.as_ptr()) })
                }
                #[inline(always)]
                fn store(self, to: &mut [f64]) {
                    assert!(to.len() >= $width);
                    unsafe { $store(to.as_mut_ptr(), self.0) }
                }
                #[inline(always)]
                fn each(self, f: impl Fn(f64) -> f64) -> Self {
                    let mut lanes = [0.0; $width];
                    self.store(&mut lanes);
                    for lane in &mut lanes {
                        *lane = f(*lane);
                    }
                    Self::load(&lanes)
                }
                #[inline(always)]
                fn root(self) -> Self {
                    Self(unsafe { $sqrt(self.0) })
                }
                #[inline(always)]
                fn if_below(self, limit: Self, yes: Self, no: Self) -> Self {
                    Self(unsafe { $select(self.0, limit.0, yes.0, no.0) })
                }
                #[inline(always)]
                fn bits_add(self, bits: u64) -> Self {
                    Self(unsafe { $from_bits($add_bits($to_bits(self.0), $set_bits(bits.cast_signed()))) })
                }
                #[inline(always)]
                fn bits_sub(self, other: Self) -> Self {
                    Self(unsafe { $from_bits($sub_bits($to_bits(self.0), $to_bits(other.0))) })
                }
                #[inline(always)]
                fn bits_and(self, mask: u64) -> Self {
                    Self(unsafe { $from_bits($and($to_bits(self.0), $set_bits(mask.cast_signed()))) })
                }
                #[inline(always)]
                fn bits_or(self, mask: u64) -> Self {
                    Self(unsafe { $from_bits($or($to_bits(self.0), $set_bits(mask.cast_signed()))) })
                }
                #[inline(always)]
                fn shifted_left(self) -> Self {
                    Self(unsafe { $from_bits($left::<52>($to_bits(self.0))) })
                }
                #[inline(always)]
                fn shifted_right(self) -> Self {
                    Self(unsafe { $from_bits($right::<52>($to_bits(self.0))) })
                }
            }
        };
    }

    register!(
        Avx2, __m256d, "Four rows in an AVX2 register.", 4,
        _mm256_add_pd _mm256_sub_pd _mm256_mul_pd _mm256_div_pd _mm256_sqrt_pd _mm256_set1_pd _mm256_loadu_pd _mm256_storeu_pd
        _mm256_castpd_si256 _mm256_castsi256_pd _mm256_set1_epi64x _mm256_add_epi64 _mm256_sub_epi64 _mm256_and_si256 _mm256_or_si256
        _mm256_slli_epi64 _mm256_srli_epi64,
        |a, limit, yes, no| _mm256_blendv_pd(no, yes, _mm256_cmp_pd::<_CMP_LT_OQ>(a, limit))
    );
    register!(
        Avx512, __m512d, "Eight rows in an AVX-512 register.", 8,
        _mm512_add_pd _mm512_sub_pd _mm512_mul_pd _mm512_div_pd _mm512_sqrt_pd _mm512_set1_pd _mm512_loadu_pd _mm512_storeu_pd
        _mm512_castpd_si512 _mm512_castsi512_pd _mm512_set1_epi64 _mm512_add_epi64 _mm512_sub_epi64 _mm512_and_si512 _mm512_or_si512
        _mm512_slli_epi64 _mm512_srli_epi64,
        |a, limit, yes, no| _mm512_mask_blend_pd(_mm512_cmp_pd_mask::<_CMP_LT_OQ>(a, limit), no, yes)
    );
}
