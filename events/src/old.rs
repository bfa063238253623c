//! Events as older schemas had them, and what each means today. A module for each
//! schema number; a struct here is never changed again. Nothing but
//! [`crate::upcast`] knows these.

pub(crate) mod v1;
