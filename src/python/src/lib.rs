//! The native half of the Python package: tables in, JSON out. What is pleasant to use is in
//! `scaling_laws/__init__.py`.

use pyo3::create_exception;
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyString};
use scaling_laws::data::ingest::{Held, HeldCells};
use scaling_laws::work::embed::{self, Curves, Rows};
use serde_json::Value;
use std::path::Path;
use std::sync::Arc;

create_exception!(
    _core,
    ScalingError,
    PyValueError,
    "A request that makes no sense, or work that failed; the message says what to do."
);

fn raised(message: impl ToString) -> PyErr {
    ScalingError::new_err(message.to_string())
}

fn parsed(text: &str) -> PyResult<Value> {
    serde_json::from_str(text).map_err(raised)
}

/// A table: a name, or columns as 64-bit floats (native byte order) or lists of texts.
#[pyclass(frozen, module = "scaling_laws._core")]
struct Table(Rows);

#[pymethods]
impl Table {
    /// A file, a folder, a pattern, or a built-in data set.
    #[staticmethod]
    fn named(name: &str) -> Self {
        Self(Rows::Named(name.to_owned()))
    }

    /// Columns in memory: header, and the bytes of float64 values or a list of texts.
    #[staticmethod]
    fn of_columns(name: &str, columns: Vec<(String, Bound<'_, PyAny>)>) -> PyResult<Self> {
        let cells = |(header, column): (String, Bound<'_, PyAny>)| -> PyResult<(String, HeldCells)> {
            if let Ok(bytes) = column.cast::<PyBytes>() {
                let (values, rest) = bytes.as_bytes().as_chunks::<8>();
                if !rest.is_empty() {
                    return Err(raised(format!("column `{header}` is not made of 64-bit floats")));
                }
                return Ok((header, HeldCells::Numbers(values.iter().map(|v| f64::from_ne_bytes(*v)).collect())));
            }
            let mut texts = Vec::new();
            for text in column.try_iter()? {
                let text = text?;
                texts.push(if text.is_none() { String::new() } else { text.cast::<PyString>()?.to_string() });
            }
            Ok((header, HeldCells::Texts(texts)))
        };
        let columns = columns.into_iter().map(cells).collect::<PyResult<Vec<_>>>()?;
        Ok(Self(Rows::Held(Arc::new(Held::new(name, columns).map_err(raised)?))))
    }
}

/// A fit.
#[pyclass(frozen, module = "scaling_laws._core")]
struct Fitted(embed::Fitted);

#[pymethods]
impl Fitted {
    /// A saved record, or that of a folder.
    #[staticmethod]
    fn open(py: Python<'_>, path: &str) -> PyResult<Self> {
        py.detach(|| embed::Fitted::new(embed::open(path)?)).map(Self).map_err(raised)
    }

    fn json(&self) -> PyResult<String> {
        self.0.json().map_err(raised)
    }

    fn predict(&self, py: Python<'_>, points: Vec<Vec<(String, f64)>>) -> PyResult<String> {
        py.detach(|| self.0.predict(&points)).map(|answer| answer.to_string()).map_err(raised)
    }

    #[pyo3(signature = (budget, cost, at))]
    fn optimum(&self, py: Python<'_>, budget: f64, cost: Option<String>, at: Vec<(String, f64)>) -> PyResult<String> {
        py.detach(|| self.0.optimum(budget, cost.as_deref(), &at)).map(|answer| answer.to_string()).map_err(raised)
    }

    fn trust(&self) -> (&'static str, Vec<String>) {
        self.0.trust()
    }

    fn text(&self) -> String {
        self.0.text()
    }

    fn html(&self) -> String {
        self.0.html()
    }

    #[pyo3(signature = (name=None))]
    fn picture(&self, py: Python<'_>, name: Option<&str>) -> PyResult<Option<(String, String)>> {
        py.detach(|| self.0.picture(name)).map_err(raised)
    }

    fn figures(&self, py: Python<'_>) -> PyResult<Vec<(String, String)>> {
        py.detach(|| self.0.figures()).map_err(raised)
    }

    fn report(&self, py: Python<'_>, folder: &str) -> PyResult<String> {
        py.detach(|| self.0.report(Path::new(folder))).map_err(raised)
    }

    fn save(&self, py: Python<'_>, folder: &str) -> PyResult<String> {
        py.detach(|| self.0.save(Path::new(folder))).map_err(raised)
    }
}

/// Fits: the keys of a study's `[[fit]]` as JSON.
#[pyfunction]
fn fit(py: Python<'_>, table: &Table, stanza: &str) -> PyResult<Fitted> {
    let stanza = parsed(stanza)?;
    py.detach(|| embed::Fitted::new(embed::fit(&table.0, stanza)?)).map(Fitted).map_err(raised)
}

/// Runs a method: tables by name, settings as JSON.
#[pyfunction]
fn method(
    py: Python<'_>,
    id: &str,
    tables: Vec<(String, PyRef<'_, Table>)>,
    fits: Vec<PyRef<'_, Fitted>>,
    settings: &str,
) -> PyResult<String> {
    let settings = parsed(settings)?;
    let tables: Vec<(String, Rows)> = tables.into_iter().map(|(name, table)| (name, table.0.clone())).collect();
    let fits: Vec<&embed::Fitted> = fits.iter().map(|fit| &fit.0).collect();
    py.detach(|| embed::method(id, tables, &fits, settings)).map(|answer| answer.to_string()).map_err(raised)
}

/// Forecasts learning curves: what to ask as JSON.
#[pyfunction]
fn extrapolate(py: Python<'_>, table: &Table, ask: &str) -> PyResult<String> {
    let ask: Curves = serde_json::from_str(ask).map_err(raised)?;
    py.detach(|| embed::extrapolate(&table.0, &ask)).map(|answer| answer.to_string()).map_err(raised)
}

/// A number as people write it, in a unit: `quantity("70B", "parameters")`.
#[pyfunction]
#[pyo3(signature = (text, unit=None))]
fn quantity(text: &str, unit: Option<&str>) -> PyResult<f64> {
    embed::quantity(text, unit).map_err(raised)
}

/// The registered laws, as JSON.
#[pyfunction]
fn laws() -> String {
    embed::laws().to_string()
}

#[pymodule]
fn _core(module: &Bound<'_, PyModule>) -> PyResult<()> {
    module.add("ScalingError", module.py().get_type::<ScalingError>())?;
    module.add_class::<Table>()?;
    module.add_class::<Fitted>()?;
    module.add_function(wrap_pyfunction!(fit, module)?)?;
    module.add_function(wrap_pyfunction!(method, module)?)?;
    module.add_function(wrap_pyfunction!(extrapolate, module)?)?;
    module.add_function(wrap_pyfunction!(quantity, module)?)?;
    module.add_function(wrap_pyfunction!(laws, module)?)
}
