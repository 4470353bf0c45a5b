use super::while_heard;
use tokio::sync::mpsc;

#[tokio::test]
async fn work_ends_when_nobody_listens() {
    let (to, heard) = mpsc::channel::<()>(1);
    drop(heard);
    assert_eq!(while_heard(to, std::future::pending::<Result<(), ()>>()).await, Ok(()));
}

#[tokio::test]
async fn a_failure_of_the_work_is_not_swallowed() {
    let (to, _heard) = mpsc::channel::<()>(1);
    assert_eq!(while_heard(to, async { Err("damaged") }).await, Err("damaged"));
}
