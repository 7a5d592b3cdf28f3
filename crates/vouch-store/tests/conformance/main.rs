//! What every store must do, tested on SQLite and on PostgreSQL, each test on a fresh database.
//!
//! PostgreSQL's tests need `VOUCH_TEST_POSTGRES_URL`: a superuser's URL of a server.
#![cfg(test)]

mod assignment;
mod backend;
mod crowd;
mod deployments;
mod desk;
mod events;
mod feedback;
mod filters;
mod given;
mod inbox;
mod invitations;
mod leases;
mod logs;
mod metrics;
mod migrations;
mod nodes;
mod opening;
mod opinions;
mod origins;
mod patches;
mod people;
mod promotion;
mod queues;
mod retention;
mod rollups;
mod spans;
mod tasks;
mod threads;
mod transfer;
mod values;
mod views;
mod webhooks;
mod weighing;
mod words;
mod world;
mod writer;
