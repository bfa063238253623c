//! Values with other words in the place of people's: for what is shown to others.
//!
//! It goes by type: everything that is [`crate::Private`], and every [`Digest`],
//! wherever it stands and whatever is added later, goes through the mask.

use crate::digest::Digest;
use serde::ser::{
    self, Serialize, SerializeMap, SerializeSeq, SerializeStruct, SerializeStructVariant,
    SerializeTuple, SerializeTupleStruct, SerializeTupleVariant,
};
use serde_json::{Error, Map, Value};

/// What stands in the place of people's words.
pub trait Mask {
    /// Of a text.
    fn text(&self, text: &str) -> String;
    /// Of the fingerprint of a text.
    fn digest(&self, digest: Digest) -> Digest;
}

/// The value as JSON, masked.
pub fn masked(value: &impl Serialize, mask: &dyn Mask) -> Result<Value, Error> {
    value.serialize(To {
        mask,
        private: false,
    })
}

#[derive(Clone, Copy)]
struct To<'a> {
    mask: &'a dyn Mask,
    /// What comes is private.
    private: bool,
}

struct Items<'a> {
    to: To<'a>,
    variant: Option<&'static str>,
    values: Vec<Value>,
}

struct Fields<'a> {
    to: To<'a>,
    variant: Option<&'static str>,
    key: Option<String>,
    values: Map<String, Value>,
}

fn within(variant: Option<&'static str>, value: Value) -> Value {
    match variant {
        None => value,
        Some(name) => Value::Object([(name.to_owned(), value)].into_iter().collect()),
    }
}

impl<'a> To<'a> {
    fn items(self, variant: Option<&'static str>) -> Items<'a> {
        Items {
            to: self,
            variant,
            values: Vec::new(),
        }
    }

    fn fields(self, variant: Option<&'static str>) -> Fields<'a> {
        Fields {
            to: self,
            variant,
            key: None,
            values: Map::new(),
        }
    }
}

macro_rules! plain {
    ($($name:ident $kind:ty,)*) => {$(
        fn $name(self, value: $kind) -> Result<Value, Error> {
            Ok(value.into())
        }
    )*};
}

impl<'a> ser::Serializer for To<'a> {
    type Ok = Value;
    type Error = Error;
    type SerializeSeq = Items<'a>;
    type SerializeTuple = Items<'a>;
    type SerializeTupleStruct = Items<'a>;
    type SerializeTupleVariant = Items<'a>;
    type SerializeMap = Fields<'a>;
    type SerializeStruct = Fields<'a>;
    type SerializeStructVariant = Fields<'a>;

    plain! {
        serialize_bool bool, serialize_i8 i8, serialize_i16 i16, serialize_i32 i32,
        serialize_i64 i64, serialize_u8 u8, serialize_u16 u16, serialize_u32 u32,
        serialize_u64 u64, serialize_f32 f32, serialize_f64 f64,
    }

    fn serialize_char(self, value: char) -> Result<Value, Error> {
        self.serialize_str(value.encode_utf8(&mut [0; 4]))
    }

    fn serialize_str(self, value: &str) -> Result<Value, Error> {
        Ok(if self.private {
            self.mask.text(value).into()
        } else {
            value.into()
        })
    }

    fn serialize_bytes(self, value: &[u8]) -> Result<Value, Error> {
        Ok(value.to_vec().into())
    }

    fn serialize_none(self) -> Result<Value, Error> {
        Ok(Value::Null)
    }

    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Result<Value, Error> {
        value.serialize(self)
    }

    fn serialize_unit(self) -> Result<Value, Error> {
        Ok(Value::Null)
    }

    fn serialize_unit_struct(self, _: &'static str) -> Result<Value, Error> {
        Ok(Value::Null)
    }

    fn serialize_unit_variant(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
    ) -> Result<Value, Error> {
        Ok(variant.into())
    }

    fn serialize_newtype_struct<T: Serialize + ?Sized>(
        self,
        name: &'static str,
        value: &T,
    ) -> Result<Value, Error> {
        let plain = value.serialize(Self {
            private: self.private || name == "Private",
            ..self
        })?;
        if name != "Digest" {
            return Ok(plain);
        }
        let digest: Digest = serde_json::from_value(plain)?;
        Ok(self.mask.digest(digest).0.to_vec().into())
    }

    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        value: &T,
    ) -> Result<Value, Error> {
        Ok(within(Some(variant), value.serialize(self)?))
    }

    fn serialize_seq(self, _: Option<usize>) -> Result<Items<'a>, Error> {
        Ok(self.items(None))
    }

    fn serialize_tuple(self, _: usize) -> Result<Items<'a>, Error> {
        Ok(self.items(None))
    }

    fn serialize_tuple_struct(self, _: &'static str, _: usize) -> Result<Items<'a>, Error> {
        Ok(self.items(None))
    }

    fn serialize_tuple_variant(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        _: usize,
    ) -> Result<Items<'a>, Error> {
        Ok(self.items(Some(variant)))
    }

    fn serialize_map(self, _: Option<usize>) -> Result<Fields<'a>, Error> {
        Ok(self.fields(None))
    }

    fn serialize_struct(self, _: &'static str, _: usize) -> Result<Fields<'a>, Error> {
        Ok(self.fields(None))
    }

    fn serialize_struct_variant(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        _: usize,
    ) -> Result<Fields<'a>, Error> {
        Ok(self.fields(Some(variant)))
    }
}

impl Items<'_> {
    fn put<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Error> {
        self.values.push(value.serialize(self.to)?);
        Ok(())
    }

    fn done(self) -> Value {
        within(self.variant, Value::Array(self.values))
    }
}

macro_rules! items {
    ($($kind:ident $put:ident,)*) => {$(
        impl $kind for Items<'_> {
            type Ok = Value;
            type Error = Error;

            fn $put<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Error> {
                self.put(value)
            }

            fn end(self) -> Result<Value, Error> {
                Ok(self.done())
            }
        }
    )*};
}

items! {
    SerializeSeq serialize_element,
    SerializeTuple serialize_element,
    SerializeTupleStruct serialize_field,
    SerializeTupleVariant serialize_field,
}

impl SerializeMap for Fields<'_> {
    type Ok = Value;
    type Error = Error;

    fn serialize_key<T: Serialize + ?Sized>(&mut self, key: &T) -> Result<(), Error> {
        let key = serde_json::to_value(key)?;
        self.key = Some(key.as_str().map_or_else(|| key.to_string(), str::to_owned));
        Ok(())
    }

    fn serialize_value<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Error> {
        let key = self.key.take().unwrap_or_default();
        self.values.insert(key, value.serialize(self.to)?);
        Ok(())
    }

    fn end(self) -> Result<Value, Error> {
        Ok(within(self.variant, Value::Object(self.values)))
    }
}

macro_rules! fields {
    ($($kind:ident)*) => {$(
        impl $kind for Fields<'_> {
            type Ok = Value;
            type Error = Error;

            fn serialize_field<T: Serialize + ?Sized>(
                &mut self,
                name: &'static str,
                value: &T,
            ) -> Result<(), Error> {
                self.values.insert(name.to_owned(), value.serialize(self.to)?);
                Ok(())
            }

            fn end(self) -> Result<Value, Error> {
                Ok(within(self.variant, Value::Object(self.values)))
            }
        }
    )*};
}

fields! { SerializeStruct SerializeStructVariant }

#[cfg(test)]
mod tests {
    use super::{Mask, masked};
    use crate::digest::Digest;
    use crate::event::Event;
    use crate::samples;
    use std::cell::RefCell;

    struct Same;
    impl Mask for Same {
        fn text(&self, text: &str) -> String {
            text.to_owned()
        }
        fn digest(&self, digest: Digest) -> Digest {
            digest
        }
    }

    #[test]
    fn a_mask_that_changes_nothing_changes_nothing() {
        for event in samples::events() {
            let value = masked(&event, &Same).unwrap();
            assert_eq!(value, serde_json::to_value(&event).unwrap());
            assert_eq!(serde_json::from_value::<Event>(value).unwrap(), event);
        }
    }

    struct Heard(RefCell<Vec<String>>);
    impl Mask for Heard {
        fn text(&self, text: &str) -> String {
            self.0.borrow_mut().push(text.to_owned());
            "#".into()
        }
        fn digest(&self, _: Digest) -> Digest {
            Digest([7; 16])
        }
    }

    #[test]
    fn whatever_is_private_goes_through_the_mask() {
        let mut texts = 0;
        for event in samples::events() {
            let heard = Heard(RefCell::new(Vec::new()));
            let shown = masked(&event, &heard).unwrap().to_string();
            let heard = heard.0.into_inner();
            texts += heard.len();
            let left: Vec<_> = heard
                .iter()
                .filter(|text| text.len() > 3 && shown.contains(text.as_str()))
                .collect();
            assert_eq!(left, Vec::<&String>::new(), "{shown}");
        }
        assert!(texts > 20, "{texts}");
    }
}
