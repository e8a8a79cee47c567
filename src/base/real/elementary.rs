//! exp, ln and friends as straight-line code, so that a loop over lanes becomes vector code.
//!
//! All are accurate to about one unit in the last place (tested against the standard library).

use super::lanes::Vector;

const MAGIC: f64 = 6_755_399_441_055_744.0; // 1.5 · 2^52: adding it rounds to an integer in the low bits
const LN2_HIGH: f64 = 6.931_471_803_691_238e-1; // trailing bits zero: k · LN2_HIGH is exact
const LN2_LOW: f64 = 1.908_214_929_270_587_7e-10;

/// 1/2!, 1/3!, … 1/13!: on |r| ≤ ln2/2 the first term left out is below 5e-18.
const INVERSE_FACTORIALS: [f64; 12] = [
    0.5,
    1.0 / 6.0,
    1.0 / 24.0,
    1.0 / 120.0,
    1.0 / 720.0,
    1.0 / 5_040.0,
    1.0 / 40_320.0,
    1.0 / 362_880.0,
    1.0 / 3_628_800.0,
    1.0 / 39_916_800.0,
    1.0 / 479_001_600.0,
    1.0 / 6_227_020_800.0,
];

/// e^r − 1 for small r.
#[inline(always)]
fn exp_m1_small<V: Vector>(r: V) -> V {
    let c = |i: usize| V::splat(INVERSE_FACTORIALS[i]);
    // Estrin's order: shorter chains of dependent products than Horner's.
    let r2 = r * r;
    let r4 = r2 * r2;
    let low = (c(0) + c(1) * r) + (c(2) + c(3) * r) * r2;
    let mid = (c(4) + c(5) * r) + (c(6) + c(7) * r) * r2;
    let high = (c(8) + c(9) * r) + (c(10) + c(11) * r) * r2;
    r + r2 * (low + r4 * (mid + r4 * high))
}

/// 2^k for an integer-valued |k| ≤ 1022.
#[inline(always)]
fn two_to<V: Vector>(k: V) -> V {
    (k + V::splat(MAGIC)).bits_add(1023).shifted_left()
}

#[inline(always)]
fn round<V: Vector>(x: V) -> V {
    (x + V::splat(MAGIC)) - V::splat(MAGIC)
}

/// e^x, with gradual underflow and overflow to infinity.
#[inline(always)]
pub fn exp<V: Vector>(x: V) -> V {
    let (top, bottom) = (V::splat(1000.0), V::splat(-1000.0));
    let x = top.if_below(x, top, x);
    let x = x.if_below(bottom, bottom, x);
    let k = round(x * V::splat(std::f64::consts::LOG2_E));
    let r = (x - k * V::splat(LN2_HIGH)) - k * V::splat(LN2_LOW);
    // Two factors: 2^k itself leaves the normal range before e^x does.
    let half = round(k * V::splat(0.5));
    (V::splat(1.0) + exp_m1_small(r)) * two_to(half) * two_to(k - half)
}

/// e^x − 1.
#[inline(always)]
pub fn exp_m1<V: Vector>(x: V) -> V {
    let size = x.bits_and(!(1 << 63));
    size.if_below(V::splat(0.34), exp_m1_small(x), exp(x) - V::splat(1.0))
}

/// ln x: NaN below zero, −∞ at zero.
#[inline(always)]
pub fn ln<V: Vector>(x: V) -> V {
    const OFFSET: u64 = 0x3fe6_a09e_667f_3bcd; // bits of √½: the mantissa ends up in [√½, √2)
    let c = V::splat;
    let tiny = c(f64::MIN_POSITIVE);
    let scaled = x.if_below(tiny, x * c(18_014_398_509_481_984.0), x); // 2^54
    let shift = x.if_below(tiny, c(54.0), c(0.0));
    let above = scaled.bits_add(OFFSET.wrapping_neg());
    let mantissa = scaled.bits_sub(above.bits_and(0xfff << 52));
    // A logical shift of a biased value: vector units lack the arithmetic 64-bit shift.
    let biased = above.bits_add(1024 << 52).shifted_right();
    let k = biased.bits_or(0x4330_0000_0000_0000) - c(4_503_599_627_370_496.0) - c(1024.0) - shift;
    let f = mantissa - c(1.0);
    let s = f / (c(2.0) + f);
    let z = s * s;
    let w = z * z;
    let odd = z
        * (c(6.666_666_666_666_735e-1)
            + w * (c(2.857_142_874_366_239e-1)
                + w * (c(1.818_357_216_161_805e-1) + w * c(1.479_819_860_511_658_6e-1))));
    let even =
        w * (c(3.999_999_999_940_942e-1) + w * (c(2.222_219_843_214_978_4e-1) + w * c(1.531_383_769_920_937_3e-1)));
    let half_square = c(0.5) * f * f;
    let body = k * c(LN2_HIGH) - ((half_square - (s * (half_square + (odd + even)) + k * c(LN2_LOW))) - f);
    // Above the largest number: infinity itself. At or below zero: −∞, or NaN.
    let body = c(f64::MAX).if_below(x, x, body);
    let not_positive = (-x).if_below(c(0.0), body, x.if_below(c(0.0), c(f64::NAN), c(f64::NEG_INFINITY)));
    x.if_below(c(f64::INFINITY), not_positive, c(f64::INFINITY).if_below(x, x, x + body))
}

/// ln(1 + x).
#[inline(always)]
pub fn ln_1p<V: Vector>(x: V) -> V {
    let one = V::splat(1.0);
    let u = one + x;
    // The rounding of 1 + x, put back to first order.
    let body = ln(u) + (x - (u - one)) / u;
    u.if_below(V::splat(f64::INFINITY), body, u)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn worst(ours: fn(f64) -> f64, theirs: fn(f64) -> f64, points: impl Iterator<Item = f64>) -> f64 {
        points
            .map(|x| {
                let (a, b) = (ours(x), theirs(x));
                if a == b { 0.0 } else { ((a - b) / b).abs() / f64::EPSILON }
            })
            .fold(0.0, f64::max)
    }

    #[test]
    fn elementary_functions_agree_with_the_standard_library_to_two_ulp() {
        let line = |from: f64, to: f64| (0..=200_000).map(move |i| from + (to - from) * f64::from(i) / 200_000.0);
        assert!(worst(exp, f64::exp, line(-708.0, 709.0)) < 2.0);
        assert!(worst(exp, f64::exp, line(-1.0, 1.0)) < 2.0);
        assert!(worst(ln, f64::ln, line(-700.0, 700.0).map(f64::exp)) < 2.0);
        assert!(worst(ln, f64::ln, line(0.9, 1.1)) < 2.0);
        assert!(worst(exp_m1, f64::exp_m1, line(-2.0, 2.0)) < 4.0);
        assert!(worst(exp_m1, f64::exp_m1, line(-1e-9, 1e-9)) < 2.0);
        assert!(worst(ln_1p, f64::ln_1p, line(-0.9, 5.0)) < 4.0);
        assert!(worst(ln_1p, f64::ln_1p, line(-1e-9, 1e-9)) < 2.0);
    }

    #[test]
    fn elementary_functions_name_their_special_values() {
        assert_eq!(exp(f64::INFINITY), f64::INFINITY);
        assert_eq!(exp(800.0), f64::INFINITY);
        assert_eq!(exp(f64::NEG_INFINITY), 0.0);
        assert_eq!(exp(-745.0), 5e-324);
        assert!(exp(f64::NAN).is_nan());
        assert_eq!(exp(0.0), 1.0);
        assert_eq!(ln(0.0), f64::NEG_INFINITY);
        assert_eq!(ln(1.0), 0.0);
        assert_eq!(ln(f64::INFINITY), f64::INFINITY);
        assert!(ln(-1.0).is_nan() && ln(f64::NAN).is_nan());
        assert!((ln(5e-324) - 5e-324_f64.ln()).abs() < 1e-12);
        assert!(ln_1p(-2.0).is_nan());
        assert_eq!(exp_m1(f64::NEG_INFINITY), -1.0);
    }
}
