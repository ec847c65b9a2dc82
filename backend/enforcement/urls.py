from django.urls import path

from backend.enforcement.apis import cases, tasks

urlpatterns = [
    path("cases/", cases.CaseListApi.as_view(), name="cases"),
    path("cases/<uuid:case_id>/", cases.CaseApi.as_view(), name="case"),
    path("cases/<uuid:case_id>/actions/", cases.CaseActionApi.as_view(), name="case-actions"),
    path("cases/<uuid:case_id>/events/", cases.CaseEventsApi.as_view(), name="case-events"),
    path("cases/<uuid:case_id>/bundle/", cases.CaseBundleApi.as_view(), name="case-bundle"),
    path("tasks/", tasks.TaskListApi.as_view(), name="tasks"),
    path("tasks/<uuid:task_id>/", tasks.TaskApi.as_view(), name="task"),
    path("tasks/<uuid:task_id>/done/", tasks.TaskDoneApi.as_view(), name="task-done"),
]
